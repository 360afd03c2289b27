"""CREATE, ALTER and the like of views: the lead is writing this file now; leave it to him."""

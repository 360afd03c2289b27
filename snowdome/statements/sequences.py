"""CREATE, ALTER and the like of sequences: the lead is writing this file now; leave it to him."""

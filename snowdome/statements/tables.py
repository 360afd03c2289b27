"""CREATE, ALTER and the like of tables: the lead is writing this file now; leave it to him."""

"""What each statement does: one module a family, handlers found through ``registry``."""

"""One module a family of engine functions; each defines macros at import."""

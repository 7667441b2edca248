"""One verb a module: read what is needed, decide, and return or execute a plan of writes."""

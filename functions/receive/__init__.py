"""Takes what departments send: records of their sources, one queue message each."""

"""办件: the life of one filing, as events decided by commands and folded into a state."""

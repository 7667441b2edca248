"""Watches the law's clocks and sets the lights."""

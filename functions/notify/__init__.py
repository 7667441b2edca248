"""Tells people and departments' systems what happened to a case."""

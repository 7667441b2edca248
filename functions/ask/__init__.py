"""Asks departments what waiting cases want to know."""

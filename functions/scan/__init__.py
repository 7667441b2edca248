"""Scans files that people uploaded: nothing is readable before it is clean."""

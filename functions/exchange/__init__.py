"""Hands decisions up to the upper-level platform, and compares each day with what arrived."""

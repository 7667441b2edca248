"""Moves waiting cases on: a record has arrived, or the time has ended."""

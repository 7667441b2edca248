"""Miaoban 秒办: the domain of government services decided in seconds."""

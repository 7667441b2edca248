"""The upper-level platform, simulated: it takes what is handed up, and tells what it has by digest tree."""

from examples.platform.server import Platform

__all__ = ["Platform"]

"""Entry of the watch function."""

from __future__ import annotations


def handler(_event: dict[str, object], _context: object) -> dict[str, bool]:
    """Answer that the function is deployed."""
    return {"ok": True}

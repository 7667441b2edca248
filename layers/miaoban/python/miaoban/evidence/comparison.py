"""Comparing a declared value with the held one: equal beyond writing habits, or not."""

from typing import Any, Literal

from miaoban.text import comparable

Method = Literal["name", "exact"]


def agrees(declared: Any, held: Any, method: Method) -> bool:
    """Whether two values mean the same; `name` folds width, case, spaces and bracket forms (NFKC)."""
    if declared == held:
        return True
    texts = isinstance(declared, str) and isinstance(held, str)
    return method == "name" and texts and comparable(declared) == comparable(held)

"""What somebody meant to write: the nearest of the words that are known."""

from collections.abc import Iterable
from difflib import get_close_matches


def meant(word: str, known: Iterable[str]) -> str:
    """The question whether the nearest known word was meant, to stand in a sentence; nothing when none is near.

    Paths are compared by their last part where they begin alike, for a shared beginning makes any two of them look near.
    """
    words = set(known) - {word}
    root, dot, rest = word.rpartition(".")
    beside = {other.removeprefix(f"{root}.") for other in words if dot and other.startswith(f"{root}.")}
    near = get_close_matches(rest, sorted(beside), n=1) or get_close_matches(word, sorted(words), n=1, cutoff=0.85)
    if not dot:
        near = get_close_matches(word, sorted(words), n=1)
    whole = f"{root}{dot}{near[0]}" if near and near[0] in beside else "".join(near)
    return f"（是不是 {whole}？）" if near else ""

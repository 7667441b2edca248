"""One decision that is missing among a million upstream: how many exchanges and bytes it takes to find it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from miaoban.canonical import canonical
from miaoban.ledger.tree import Node, Tree, compare

DECISIONS: Final = 1_000_000
EXCHANGES: Final = 6
"""At most so many: the root, and a level for each sixteenth power below a million over sixteen."""


@dataclass(frozen=True, slots=True)
class ReconcileFigures:
    """Of how many decisions, what was found, and what that took."""

    decisions: int
    found: int
    exchanges: int
    bytes: int


class Upstream:
    """The other side, with the bytes of both directions as they are sent."""

    def __init__(self, entries: Mapping[str, str]) -> None:
        self.tree = Tree(entries)
        self.bytes = 0

    def __call__(self, prefixes: Sequence[str]) -> Mapping[str, Node]:
        """One exchange."""
        found = {prefix: self.tree.node(prefix) for prefix in prefixes}
        asked = {"region": "211281", "day": "2026-03-02", "prefixes": list(prefixes)}
        told = {"nodes": {prefix: node.model_dump(exclude_none=True) for prefix, node in found.items()}}
        self.bytes += len(canonical(asked)) + len(canonical(told))
        return found


def measure() -> ReconcileFigures:
    """Compare a million decisions with all but one of them."""
    ours = {f"211281-20260302-{number:08}#0001": f"sha256:{number:064x}" for number in range(DECISIONS)}
    theirs = dict(ours)
    del theirs[f"211281-20260302-{DECISIONS // 3:08}#0001"]
    upstream = Upstream(theirs)
    found = compare(Tree(ours), upstream)
    return ReconcileFigures(DECISIONS, len(found.missing), found.exchanges, upstream.bytes)


if __name__ == "__main__":
    print(measure())

"""The digest tree (摘要树) of a set of entries, by which two who hold such sets find in few exchanges where they differ.

Entries are ordered by the SHA-256 of their ids. A node is all entries whose hash begins with its prefix: up to `SMALL` of them
it is their list, beyond that its sixteen children. Its digest follows from the entries alone, so equal sets have equal digests,
and a single difference is reached along one path: the depth grows with the logarithm of the number of entries.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Final, NamedTuple

from miaoban.models import Frozen

SMALL: Final = 16
"""Entries that a node lists."""
NIBBLES: Final = "0123456789abcdef"
MOST_NODES: Final = 500
"""Nodes that one exchange asks for."""
_AFTER: Final = "g"
"""Sorts behind every hexadecimal digit."""


class Node(Frozen):
    """A node as it is told: its digest, and either its entries (digests by id) or the digests of its children by nibble."""

    digest: str
    entries: Mapping[str, str] | None = None
    children: Mapping[str, str] | None = None


class Tree:
    """The tree of some entries: digests by id."""

    def __init__(self, entries: Mapping[str, str]) -> None:
        self._entries = sorted((place_of(id_), id_, digest) for id_, digest in entries.items())
        self._digests: dict[str, str] = {}

    def node(self, prefix: str = "") -> Node:
        """The node of a prefix, the root by default."""
        entries = self.under(prefix)
        if len(entries) <= SMALL:
            return Node(digest=self._digest(prefix), entries=entries)
        children = {nibble: self._digest(prefix + nibble) for nibble in NIBBLES if self._span(prefix + nibble)}
        return Node(digest=self._digest(prefix), children=children)

    def under(self, prefix: str) -> dict[str, str]:
        """The entries under a prefix: digests by id."""
        return {id_: digest for _, id_, digest in self._entries[slice(*self._bounds(prefix))]}

    def digest(self, prefix: str) -> str:
        """The digest of what is under a prefix, also of nothing."""
        return self._digest(prefix)

    def _digest(self, prefix: str) -> str:
        found = self._digests.get(prefix)
        if found is None:
            found = self._digests[prefix] = _digest_of(self._parts(prefix))
        return found

    def _parts(self, prefix: str) -> Iterator[str]:
        if self._span(prefix) <= SMALL:
            first, last = self._bounds(prefix)
            yield from (f"{id_}={digest}" for _, id_, digest in self._entries[first:last])
            return
        yield from (f"{nibble}:{self._digest(prefix + nibble)}" for nibble in NIBBLES if self._span(prefix + nibble))

    def _span(self, prefix: str) -> int:
        first, last = self._bounds(prefix)
        return last - first

    def _bounds(self, prefix: str) -> tuple[int, int]:
        return bisect_left(self._entries, (prefix,)), bisect_left(self._entries, (prefix + _AFTER,))


def place_of(id_: str) -> str:
    """Where an entry stands in the order."""
    return sha256(id_.encode()).hexdigest()


def _digest_of(parts: Iterable[str]) -> str:
    return f"sha256:{sha256(chr(10).join(parts).encode()).hexdigest()}"


class Difference(NamedTuple):
    """What the other side does not have, has otherwise, and has beside; and how many exchanges that took to find out."""

    missing: tuple[str, ...]
    altered: tuple[str, ...]
    beyond: tuple[str, ...]
    exchanges: int


def compare(ours: Tree, ask: Callable[[Sequence[str]], Mapping[str, Node]]) -> Difference:
    """Find the differences; `ask` is one exchange: the other side's nodes for some prefixes."""
    missing, altered, beyond = list[str](), list[str](), list[str]()
    exchanges, prefixes = 0, [""]
    while prefixes:
        some, prefixes = prefixes[:MOST_NODES], prefixes[MOST_NODES:]
        theirs = ask(some)
        exchanges += 1
        for prefix in some:
            node = theirs[prefix]
            if node.digest == ours.digest(prefix):
                continue
            if node.entries is None:
                prefixes += _differing(ours, prefix, node.children or {})
                continue
            mine = ours.under(prefix)
            missing += mine.keys() - node.entries.keys()
            beyond += node.entries.keys() - mine.keys()
            altered += (id_ for id_ in mine.keys() & node.entries.keys() if mine[id_] != node.entries[id_])
    return Difference(tuple(sorted(missing)), tuple(sorted(altered)), tuple(sorted(beyond)), exchanges)


def _differing(ours: Tree, prefix: str, theirs: Mapping[str, str]) -> Iterator[str]:
    nothing = Tree({}).digest("")
    for nibble in NIBBLES:
        if ours.digest(prefix + nibble) != theirs.get(nibble, nothing):
            yield prefix + nibble

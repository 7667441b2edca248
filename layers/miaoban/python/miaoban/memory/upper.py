"""The upper-level platform as a dictionary, which can lose and alter what it was given."""

from collections.abc import Mapping, Sequence

from miaoban.canonical import canonical
from miaoban.ledger.tree import Node, Tree
from miaoban.operations.upper import Handed, UpperError


class MemoryUpper:
    """Keeps items by region and day; while `down`, it answers nothing."""

    def __init__(self) -> None:
        self.down = False
        self.told = 0
        self.held: dict[tuple[str, str], dict[str, Handed]] = {}

    def take(self, items: Sequence[Handed]) -> None:
        """Keep items."""
        self._heard([item.model_dump(mode="json") for item in items])
        for item in items:
            self.held.setdefault((item.region, item.day), {})[item.id] = item

    def nodes(self, region: str, day: str, prefixes: Sequence[str]) -> Mapping[str, Node]:
        """Tell nodes."""
        tree = Tree({id_: item.digest for id_, item in self.held.get((region, day), {}).items()})
        found = {prefix: tree.node(prefix) for prefix in prefixes}
        self._heard([list(prefixes), {prefix: node.model_dump(exclude_none=True) for prefix, node in found.items()}])
        return found

    def drop(self, region: str, day: str, id_: str) -> None:
        """Lose an item."""
        del self.held[region, day][id_]

    def alter(self, region: str, day: str, id_: str) -> None:
        """Hold an item otherwise than it was given."""
        held = self.held[region, day]
        held[id_] = held[id_].model_copy(update={"digest": f"sha256:{'0' * 64}"})

    def _heard(self, said: object) -> None:
        if self.down:
            raise UpperError("上级平台没有应答")
        self.told += len(canonical(said))

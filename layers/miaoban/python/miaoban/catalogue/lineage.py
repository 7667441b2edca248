"""The lineage graph over many matters: built once, every question answered from the index."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Self

from miaoban.catalogue.compiled import Compiled
from miaoban.catalogue.errors import CatalogueError
from miaoban.catalogue.nodes import ANY, Dependent, Kind, MaterialUse, Node
from miaoban.catalogue.plans import Way
from miaoban.catalogue.tracing import dependents
from miaoban.models import Frozen
from miaoban.text import comparable

LONGEST: Final = 200
"""Characters of a key."""
ASKABLE: Final = (Kind.SOURCE, Kind.FIELD, Kind.MATERIAL)
"""The layers on which a matter rests."""
_TOLD: Final = (*ASKABLE, Kind.MATTER)
"""What a person asks about: the layers, and the matters to which others send."""


Held = Callable[[Node], Iterable[Dependent]]
Standard = Callable[[MaterialUse], str | None]


class Why(StrEnum):
    """Why a material should no longer be asked for."""

    HELD = "held"
    GOVERNMENT = "government"


class Todo(Frozen):
    """A material that a matter asks for although a source holds it, or although government issues it.

    `source` (`source/kind`) is what spares it in matter `spared_in`, or by its standard; missing where none is linked yet.
    """

    matter: str
    matter_name: str
    material: str
    name: str
    why: Why
    source: str | None = None
    spared_in: str | None = None


@dataclass(frozen=True, slots=True)
class Rests:
    """What a matter rests on: keys of sources, fields, materials and other matters, in the order of the matter."""

    matter: str
    name: str
    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Lineage:
    """The graph: who depends on each node, and on what each matter rests."""

    _uses: Mapping[Node, tuple[Dependent, ...]] = field(repr=False)
    _matters: Mapping[str, Rests] = field(repr=False)

    @classmethod
    def build(cls, matters: Iterable[Compiled]) -> Self:
        """Build the graph of compiled matters; none of them need be kept."""
        uses: dict[Node, tuple[Node, list[Dependent]]] = {}
        rests: dict[str, Rests] = {}
        for compiled in matters:
            matter, nodes = compiled.edition.matter, []
            for found, entry in dependents(compiled).items():
                node, entries = uses.setdefault(found, (found, []))  # one node for all who use it
                entries.append(entry)
                nodes.append(node)
            rests[matter.code] = Rests(matter.code, matter.name, tuple(node for node in nodes if node.kind in _TOLD))
        return cls({node: tuple(entries) for node, entries in uses.values()}, rests)

    def dependents(self, node: Node) -> tuple[Dependent, ...]:
        """Everything that depends on a node, matter by matter; empty for what nobody uses."""
        return self._uses.get(node, ())

    def rests(self, matter: str) -> Rests | None:
        """What a matter rests on."""
        return self._matters.get(matter)

    def keys(self, kind: Kind) -> tuple[str, ...]:
        """All keys of a kind."""
        return tuple(self._matters) if kind is Kind.MATTER else tuple(node.key for node in self._uses if node.kind is kind)

    def asked_though_held(self, standard: Standard = lambda _: None) -> tuple[Todo, ...]:
        """The reform's to-do list: materials asked for though a source holds them, or though government issues them."""
        asked = self.dependents(Node(Kind.ASKED, ANY))
        return tuple(todo for entry in asked for todo in todos(entry, self.dependents, standard))


def node_of(text: str) -> Node:
    """The node that a text such as `source:legal-person-base` names; raises CatalogueError."""
    kind, _, key = text.partition(":")
    if kind not in _TOLD or not 0 < len(key) <= LONGEST:
        raise CatalogueError(f"“{text[:60]}”不是血缘图中的对象，请写成 source:数源、field:字段、material:材料 或者 matter:事项")
    return Node(Kind(kind), comparable(key) if kind == Kind.MATERIAL else key)


def todos(entry: Dependent, held: Held, standard: Standard = lambda _: None) -> Iterator[Todo]:
    """What one matter asks without need: `held` says who is spared a material, `standard` which source its standard has."""
    for use in entry.materials:
        found = _spared(use, held)
        if found is not None:
            matter, source = found
            yield _todo(entry, use, Why.HELD, source, matter)
        elif source := standard(use):
            yield _todo(entry, use, Why.HELD, source)
        elif use.class_ == "government":
            yield _todo(entry, use, Why.GOVERNMENT)


def _spared(use: MaterialUse, held: Held) -> tuple[str, str | None] | None:
    """The first matter that is spared the same material, and by which record."""
    for key in use.identities:
        for other in held(Node(Kind.HELD, key)):
            sources = (known.source for known in other.materials if known.way is Way.SPARED and key in known.identities)
            return other.matter, next(sources, None)
    return None


def _todo(entry: Dependent, use: MaterialUse, why: Why, source: str | None = None, matter: str | None = None) -> Todo:
    return Todo(
        matter=entry.matter,
        matter_name=entry.matter_name,
        material=use.code,
        name=use.name,
        why=why,
        source=source,
        spared_in=matter,
    )

"""What a bundle (一件事) merges: the materials, fields and sources of several matters, before and after, computed."""

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import TypeVar

from miaoban.catalogue.fields import FieldType
from miaoban.catalogue.nodes import MaterialUse
from miaoban.catalogue.origins import origin_of
from miaoban.catalogue.plans import Way
from miaoban.catalogue.publication import Edition
from miaoban.catalogue.tracing import uses_of
from miaoban.models import Frozen
from miaoban.text import comparable

Thing = TypeVar("Thing")


class Reduced(Frozen):
    """How many there are in the matters one by one, once merged, and how many a person still has to do with."""

    before: int
    merged: int
    after: int


class MergedMaterial(Frozen):
    """A material of the bundle: its name, the matters that ask for it, and how it is met in the bundle."""

    name: str
    matters: tuple[str, ...]
    way: Way


class Bundle(Frozen):
    """A bundle. Materials `after` are handed in; fields `after` are typed; every source is asked once."""

    matters: tuple[str, ...]
    materials: Reduced
    fields: Reduced
    sources: Reduced
    merged: tuple[MergedMaterial, ...]


def bundle(editions: Sequence[Edition]) -> Bundle:
    """Merge matters: same name or standard is one material, same label and type one field, same source and kind one query."""
    uses = [(edition.matter.code, use) for edition in editions for use in uses_of(edition).values()]
    merged = tuple(_merged(group) for group in grouped(uses, lambda found: found[1].identities))
    handed = [found for found in merged if found.way in {Way.HANDED, Way.LATER}]
    return Bundle(
        matters=tuple(edition.matter.code for edition in editions),
        materials=Reduced(before=len(uses), merged=len(merged), after=len(handed)),
        fields=_fields(editions),
        sources=_sources(editions),
        merged=merged,
    )


def grouped(things: Iterable[Thing], keys: Callable[[Thing], Iterable[Hashable]]) -> list[list[Thing]]:
    """Things in groups: whatever shares a key, directly or through others, is one group; in the order of the first."""
    of_key: dict[Hashable, list[Thing]] = {}
    groups: dict[int, list[Thing]] = {}
    for thing in things:
        named = keys(thing)
        met = {id(group): group for key in named if (group := of_key.get(key)) is not None}
        home, *others = [*met.values()] or [[]]
        for other in others:
            home += other
            groups.pop(id(other))
        home.append(thing)
        groups[id(home)] = home
        of_key |= {key: home for member in home for key in keys(member)}
    return list(groups.values())


def _merged(group: Sequence[tuple[str, MaterialUse]]) -> MergedMaterial:
    """A material that a record holds for one matter, or a form carries, is handed in for none."""
    ways = {use.way for _, use in group}
    way = next(way for way in (Way.SPARED, Way.CARRIED, Way.HANDED, Way.LATER) if way in ways)
    return MergedMaterial(name=group[0][1].name, matters=tuple(dict.fromkeys(matter for matter, _ in group)), way=way)


def _fields(editions: Sequence[Edition]) -> Reduced:
    cells = [
        (comparable(field.label), field.type, field.prefill is not None and origin_of(edition, field.prefill) is not None)
        for edition in editions
        for field in edition.matter.fields.values()
    ]
    every = {(label, kind) for label, kind, _ in cells}
    filled = {(label, kind) for label, kind, prefilled in cells if prefilled or kind is FieldType.DIGEST}
    return Reduced(before=len(cells), merged=len(every), after=len(every - filled))


def _sources(editions: Sequence[Edition]) -> Reduced:
    asked = [{(use.source, use.kind) for use in edition.matter.records.values()} for edition in editions]
    once = len(set().union(*asked))
    return Reduced(before=sum(map(len, asked)), merged=once, after=once)

"""What a matter rests on, traced layer by layer: one entry for each node whose change would touch it.

The same entries make the graph in memory (`lineage.py`) and its index in the catalogue table (`operations/lineage.py`).
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from typing import NamedTuple

from miaoban.catalogue.answers import key_of
from miaoban.catalogue.compiled import Compiled, materials_of
from miaoban.catalogue.condition import Condition
from miaoban.catalogue.matter import Matter
from miaoban.catalogue.nodes import ANY, Dependent, Kind, MaterialUse, Node
from miaoban.catalogue.origins import APPLICANT
from miaoban.catalogue.plans import MaterialPlan, Plan, Way
from miaoban.catalogue.publication import Edition
from miaoban.catalogue.verifying import rests_on
from miaoban.text import comparable


class Layer(StrEnum):
    """The parts of a matter that rest on something."""

    MATERIAL = "materials"
    FIELD = "fields"
    CONDITION = "conditions"
    RECORD = "records"
    LICENCE = "licence"

    __hash__ = str.__hash__  # an enum's own is Python code, called some hundred times a matter


class Part(NamedTuple):
    """A part of a matter."""

    layer: Layer
    code: str


def dependents(compiled: Compiled) -> Mapping[Node, Dependent]:
    """Every node that a matter rests on, with what in it does."""
    uses = {plan.code: _use(compiled.edition.matter, plan) for plan in compiled.materials}
    touched: dict[Node, dict[Part, None]] = defaultdict(dict)
    for part, nodes in _edges(compiled.edition.matter, uses):
        for node in nodes:
            touched[node][part] = None
    scene = _Scene(compiled, uses)
    return {node: scene.dependent(tuple(parts)) for node, parts in touched.items()}


def uses_of(edition: Edition) -> Mapping[str, MaterialUse]:
    """The materials of a matter as it uses them, by code."""
    return {plan.code: _use(edition.matter, plan) for plan in materials_of(edition)}


def _use(matter: Matter, plan: MaterialPlan) -> MaterialUse:
    source = f"{plan.origin.source}/{plan.origin.kind}" if plan.origin else None
    return MaterialUse(plan.code, plan.name, plan.class_, plan.way, matter.materials[plan.code].standard, source)


def _edges(matter: Matter, uses: Mapping[str, MaterialUse]) -> Iterator[tuple[Part, Iterable[Node]]]:
    for code, material in matter.materials.items():
        paths = [*(f"form.{field}" for field in material.fields), *([material.record] if material.record else ())]
        yield Part(Layer.MATERIAL, code), [*_material(uses[code]), *_nodes(matter, paths)]
    for code, field in matter.fields.items():
        yield Part(Layer.FIELD, code), [Node(Kind.FIELD, code), *_nodes(matter, [field.prefill] if field.prefill else [])]
    for condition in matter.conditions:
        yield Part(Layer.CONDITION, condition.id), [*_nodes(matter, rests_on(matter, condition)), *_other(condition)]
    for name, use in matter.records.items():
        yield Part(Layer.RECORD, name), _nodes(matter, (name, *use.key))
    for line in matter.result.contents:
        yield Part(Layer.LICENCE, line.label), _nodes(matter, (line.value,))
    yield Part(Layer.LICENCE, "持证主体"), _nodes(matter, (matter.holder.code, matter.holder.name))
    yield Part(Layer.LICENCE, "不得重复"), _nodes(matter, matter.unique)


def _other(condition: Condition) -> Iterator[Node]:
    """The matter that a condition sends to: its name and its answers are told here, so its change touches this."""
    if condition.redirect is not None and condition.redirect.matter:
        yield Node(Kind.MATTER, condition.redirect.matter)


def _material(use: MaterialUse) -> Iterator[Node]:
    keys = (use.code, comparable(use.name), use.standard)
    yield from dict.fromkeys(Node(Kind.MATERIAL, key) for key in keys if key)
    if use.way is Way.SPARED:
        yield from (Node(Kind.HELD, key) for key in use.identities)
    if use.way in {Way.HANDED, Way.LATER}:
        yield Node(Kind.ASKED, ANY)


def _nodes(matter: Matter, paths: Iterable[str]) -> Iterator[Node]:
    """The nodes behind paths; a record rests on the fields by which it is found."""
    for path in paths:
        root, _, rest = path.partition(".")
        use = matter.records.get(root)
        if use is not None:
            kind = f"{use.source}/{use.kind}"
            yield from (Node(Kind.SOURCE, use.source), Node(Kind.SOURCE, kind))
            if rest and rest != "present":
                yield Node(Kind.SOURCE, f"{kind}.{rest}")
            yield from _nodes(matter, use.key)
        elif root == APPLICANT:
            yield Node(Kind.SOURCE, APPLICANT)
        elif root == "form":
            yield Node(Kind.FIELD, rest)


class _Scene:
    """A matter's situations, and in which of them each part stands, as bits."""

    def __init__(self, compiled: Compiled, uses: Mapping[str, MaterialUse]) -> None:
        self._matter = compiled.edition.matter
        self._uses = uses
        self._names = tuple(key_of(plan.answers) for plan in compiled.plans)
        self._standing: dict[Part, int] = defaultdict(int)
        self._known: dict[tuple[Part, ...], Dependent] = {}
        for bit, plan in enumerate(compiled.plans):
            for part in _parts(plan):
                self._standing[part] |= 1 << bit

    def dependent(self, parts: tuple[Part, ...]) -> Dependent:
        """The entry of a node on which these parts rest; a source and its only kind share one."""
        if parts not in self._known:
            self._known[parts] = self._dependent(parts)
        return self._known[parts]

    def _dependent(self, parts: tuple[Part, ...]) -> Dependent:
        codes: dict[Layer, list[str]] = defaultdict(list)
        standing = 0
        for part in parts:
            codes[part.layer].append(part.code)
            standing |= self._standing[part]
        return Dependent(
            matter=self._matter.code,
            matter_name=self._matter.name,
            situations=tuple(name for bit, name in enumerate(self._names) if standing >> bit & 1),
            materials=tuple(self._uses[code] for code in codes[Layer.MATERIAL]),
            fields=tuple(codes[Layer.FIELD]),
            conditions=tuple(codes[Layer.CONDITION]),
            records=tuple(codes[Layer.RECORD]),
            licence=tuple(codes[Layer.LICENCE]),
        )


def _parts(plan: Plan) -> Iterator[Part]:
    yield from (Part(Layer.MATERIAL, material.code) for material in plan.materials)
    yield from (Part(Layer.FIELD, field.code) for field in plan.form.fields)
    yield from (Part(Layer.CONDITION, found.condition) for found in plan.verification)

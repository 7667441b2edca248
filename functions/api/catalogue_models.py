"""What the HTTP API answers of matters, and of what is made of them."""

from collections.abc import Mapping
from typing import Any

from miaoban.catalogue.condition import Basis
from miaoban.catalogue.lineage import Todo
from miaoban.catalogue.matter import Material, Question, RecordUse
from miaoban.catalogue.nodes import Dependent
from miaoban.catalogue.regions import Limits, Organ
from miaoban.catalogue.source import PublicSource
from miaoban.models import Frozen
from miaoban.operations.editions import Listed


class MatterList(Frozen):
    """A page of the catalogue."""

    items: tuple[Listed, ...]
    cursor: str | None = None


class MatterAnswer(Frozen):
    """A matter as people read it: what it asks, on which basis, in which time, at which organ."""

    code: str
    version: int
    name: str
    type: str
    case_type: str
    nature: str
    audience: tuple[str, ...]
    basis: tuple[Basis, ...]
    limits: Limits
    organs: tuple[Organ, ...]
    questions: Mapping[str, Question]
    materials: Mapping[str, Material]
    records: Mapping[str, RecordUse]
    sources: Mapping[str, PublicSource]
    form_schema: Mapping[str, Any]


class SourceList(Frozen):
    """A page of the resource catalogue, in order of codes."""

    items: tuple[PublicSource, ...]
    cursor: str | None = None


class UsedBy(Frozen):
    """A matter that uses a source."""

    code: str
    name: str


class SourceAnswer(Frozen):
    """A source, and a page of the matters that use it."""

    source: PublicSource
    matters: tuple[UsedBy, ...]
    cursor: str | None = None


class ListAnswer(Frozen):
    """A page of a public list: a table of texts, matter by matter."""

    list: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    cursor: str | None = None


class LineageAnswer(Frozen):
    """A page of what depends on a node of the lineage graph, by matter."""

    node: str
    items: tuple[Dependent, ...]
    cursor: str | None = None


class TodoList(Frozen):
    """A page of what is asked for although a source holds it, or although government issues it."""

    items: tuple[Todo, ...]
    cursor: str | None = None

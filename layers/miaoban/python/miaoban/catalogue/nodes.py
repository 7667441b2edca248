"""The nodes of the lineage graph (事项-情形-材料-字段-数源), and what a matter has that depends on one."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple

from miaoban.catalogue.plans import Way
from miaoban.text import comparable

_ROLE: Final = re.compile(r"[（(]([^（）()]*)[）)]")


class Kind(StrEnum):
    """What a node is. `source` keys are `source`, `source/kind` or `source/kind.field`; `material` keys code, standard, name.

    `matter` has who sends applicants to it, `held` what somebody is spared by a record, by its identities, and `asked`, under
    `ANY`, what people hand in.
    """

    SOURCE = "source"
    FIELD = "field"
    MATERIAL = "material"
    MATTER = "matter"
    HELD = "held"
    ASKED = "asked"

    __hash__ = str.__hash__  # an enum's own is Python code, and every look at the graph hashes a kind


ANY: Final = "*"


class Node(NamedTuple):
    """A node of the graph."""

    kind: Kind
    key: str


@dataclass(frozen=True, slots=True)
class MaterialUse:
    """A material as a matter uses it, and the `source/kind` that spares it."""

    code: str
    name: str
    class_: str
    way: Way
    standard: str | None = None
    source: str | None = None

    @property
    def identities(self) -> tuple[str, ...]:
        """The keys under which it is the same material elsewhere: its name, and its standard with the role in brackets.

        The role stays: the representative's identity card is not the agent's.
        """
        role = _ROLE.search(self.name)
        suffix = f"#{comparable(role[1])}" if role else ""
        return (comparable(self.name), *((f"{self.standard}{suffix}",) if self.standard else ()))


@dataclass(frozen=True, slots=True)
class Dependent:
    """A matter that depends on a node, and what in it does: the codes of its parts, and the labels of its licence's lines."""

    matter: str
    matter_name: str
    situations: tuple[str, ...] = ()
    materials: tuple[MaterialUse, ...] = ()
    fields: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    records: tuple[str, ...] = ()
    licence: tuple[str, ...] = ()

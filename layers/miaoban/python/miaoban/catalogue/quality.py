"""Quality rules (数据质量规则): what a department's records of a kind are held to, as data."""

import re
from typing import Final, Literal

from pydantic import Field as Declared

from miaoban.catalogue.span import Span
from miaoban.models import Frozen

_PRESENT: Final = re.compile(r"record\.\w+ != null(?: and record\.\w+ != null)*")


class Reference(Frozen):
    """The record of another kind that must be there: under the values of these fields, in the order of its key."""

    source: str
    kind: str
    key: tuple[str, ...] = Declared(min_length=1)


class QualityRule(Frozen):
    """One rule, of one of three forms; `says` is what people are told of a record that breaks it.

    `holds`: an expression on the record itself (`record.<field>` in comparable form, and `today`), for completeness and
    validity. `timely`: the record arrives within this span after it was issued. `refers`: what it names is known.
    `severity` is what becomes of a record that breaks the rule: it is set aside with the reason, or taken and noted. Only
    `holds` may set aside: a late record is still the newest one known, and what it names may be on its way.
    """

    id: str
    says: str
    holds: str | None = None
    timely: Span | None = None
    refers: Reference | None = None
    severity: Literal["quarantine", "note"] = "note"

    @property
    def dimension(self) -> Literal["completeness", "validity", "timeliness", "referential"]:
        """The dimension of quality that a rule measures: one that asks no more than whether values are there, completeness."""
        if self.timely is not None:
            return "timeliness"
        if self.refers is not None:
            return "referential"
        return "completeness" if _PRESENT.fullmatch(self.holds or "") else "validity"

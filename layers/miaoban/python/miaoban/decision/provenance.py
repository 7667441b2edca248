"""Provenance: what backs each value of a form, and so how sure it is.

What a source says now comes first: a value equal to it has grade A, any other drops to D, whatever was sealed before. Where
no source says anything now, a seal or a window may vouch for the value, as long as it is the same and the voucher stands.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from miaoban.catalogue.condition import Grade
from miaoban.catalogue.expressions import value_at
from miaoban.catalogue.fields import Field, Fields, FieldType
from miaoban.decision.facts import Facts
from miaoban.evidence.comparison import agrees
from miaoban.evidence.proof import APPLICANT, IDENTITY, Vouched
from miaoban.evidence.record import State
from miaoban.models import CLOSED, given


@dataclass(frozen=True, slots=True)
class Backing:
    """What backs a value: a record of the evidence by its name (`applicant` for real-name identity), or a voucher."""

    __pydantic_config__ = CLOSED

    grade: Grade
    record: str | None = None
    vouched: Literal[True] | None = None

    def document(self) -> dict[str, Any]:
        """The backing as plain JSON values, without what is not so."""
        return given({"grade": self.grade, "record": self.record, "vouched": self.vouched})


DECLARED: Final = Backing("D")
UPLOADED: Final = Backing("C")


def backings(fields: Fields, facts: Facts) -> dict[str, Backing]:
    """What backs every value in the form."""
    return {code: _backing(code, fields[code], value, facts) for code, value in facts.form.items() if code in fields}


def grades(fields: Fields, facts: Facts) -> dict[str, Grade]:
    """The grade of every value in the form."""
    return {code: backing.grade for code, backing in backings(fields, facts).items()}


def _backing(code: str, field: Field, value: Any, facts: Facts) -> Backing:
    if field.prefill:
        root = field.prefill.partition(".")[0]
        held = value_at(facts.roots, field.prefill)
        if held is not None:
            return Backing("A", record=root) if agrees(value, held, "name") else DECLARED
        if root in facts.evidence and facts.evidence[root].state is not State.UNKNOWN:
            return DECLARED
    vouched = facts.vouched.get(code) if facts.vouched else None
    if vouched and vouched.stands(facts.now) and agrees(value, vouched.value, "name"):
        return Backing(vouched.grade, vouched=True)
    return UPLOADED if value is not None and field.type is FieldType.DIGEST and _handed_in(code, facts) else DECLARED


def _handed_in(code: str, facts: Facts) -> bool:
    """Whether a file was really uploaded and scanned; receipts of old know only that its digest was typed."""
    return facts.uploads is None or (code in facts.uploads and facts.uploads[code].state is State.HELD)


def proven(code: str, backing: Backing, facts: Facts) -> Vouched:
    """All that is known of a value's backing: its source, its record's digest and times."""
    value = facts.form[code]
    if backing.vouched and facts.vouched:
        return facts.vouched[code]
    if backing.record is None:
        return Vouched(value, backing.grade, APPLICANT)
    evidence = facts.evidence.get(backing.record)
    if evidence is None:
        return Vouched(value, backing.grade, IDENTITY, fetched_at=facts.now)
    return Vouched(value, backing.grade, evidence.source, evidence.digest, evidence.issued_at, evidence.received_at)


def reaches(grade: Grade, demanded: Grade) -> bool:
    """Whether a grade is as sure as is demanded: A is the surest."""
    return grade <= demanded


def backing_documents(backed: Mapping[str, Backing | str]) -> dict[str, Any]:
    """What backs the values, as plain JSON values; receipts of the first schema have the grade alone."""
    return {code: one if isinstance(one, str) else one.document() for code, one in backed.items()}

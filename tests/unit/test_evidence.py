"""Evidence: what a record says, what its absence means, and how personal numbers are kept."""

from datetime import timedelta
from typing import Any

import pytest

from miaoban.catalogue.fields import Field, FieldType
from miaoban.catalogue.source import Source
from miaoban.evidence.comparison import agrees
from miaoban.evidence.privacy import comparable, opened, protect, shown
from miaoban.evidence.record import Record, State, Watermark, assess
from miaoban.memory import MemoryVault
from tests import kit

DAYS = 30
EDGE, OVER = timedelta(days=DAYS), timedelta(days=DAYS, seconds=1)
NEW, OLD, NEVER = timedelta(hours=1), timedelta(days=99), None


def source(absence: str) -> Source:
    told = {"code": "base", "name": "示例库", "owner": "somebody", "contact": {"office": "数据机构", "phone": "024-00000000"}}
    shared = {"access": "registry", "sharing": "unconditional", "absence": absence, "freshness": {"decide": DAYS}}
    return Source.model_validate({**told, **shared, "kinds": {}})


def record(age: timedelta, *, withdrawn: bool = False) -> Record:
    at = kit.NOW - age
    values = {"name": "示例"}
    return Record(
        source="base",
        kind="x",
        key="k",
        sequence=4,
        issued_at=at,
        received_at=at,
        withdrawn=withdrawn,
        values=values,
        digest="d",
    )


HELD, GONE = False, True
TABLE: list[tuple[str, tuple[bool, timedelta] | None, timedelta | None, State, str | None, str]] = [
    ("unknown", None, NEVER, State.UNKNOWN, "no-record", "nothing heard, nothing known"),
    ("unknown", None, NEW, State.UNKNOWN, "no-record", "a source that speaks of others says nothing of this one"),
    ("unknown", (HELD, NEW), NEVER, State.HELD, None, "the record itself is fresh"),
    ("unknown", (HELD, NEW), OLD, State.HELD, None, "fresh, whatever else was heard"),
    ("unknown", (HELD, OLD), NEW, State.UNKNOWN, "stale", "fresh words about others do not freshen this record"),
    ("unknown", (HELD, EDGE), NEVER, State.HELD, None, "fresh to the last second"),
    ("unknown", (HELD, OVER), NEVER, State.UNKNOWN, "stale", "and not one longer"),
    ("unknown", (GONE, NEW), NEVER, State.NONE, None, "the source said that there is none"),
    ("unknown", (GONE, EDGE), NEVER, State.NONE, None, "and that holds as long as a record does"),
    ("unknown", (GONE, OVER), NEVER, State.UNKNOWN, "stale", "there was none then; whether there is one now nobody knows"),
    ("none", None, NEVER, State.UNKNOWN, "silent", "never heard: not listed is not known"),
    ("none", None, OLD, State.UNKNOWN, "silent", "silent for too long"),
    ("none", None, EDGE, State.NONE, None, "heard in time: not listed"),
    ("none", None, OVER, State.UNKNOWN, "silent", "heard a second too early"),
    ("none", (HELD, OLD), NEW, State.HELD, None, "an old entry of a list that is kept fresh stands"),
    ("none", (HELD, NEW), OLD, State.UNKNOWN, "silent", "the watermark counts, not the record"),
    ("none", (HELD, NEW), NEVER, State.HELD, None, "without a watermark the record counts"),
    ("none", (HELD, OLD), NEVER, State.UNKNOWN, "silent", "without a watermark the record counts"),
    ("none", (GONE, OLD), NEW, State.NONE, None, "taken off the list"),
    ("none", (GONE, NEW), NEVER, State.UNKNOWN, "silent", "taken off, but silent since"),
    ("none", (GONE, NEW), OLD, State.UNKNOWN, "silent", "taken off, but silent since"),
]


@pytest.mark.parametrize(("absence", "held", "heard", "state", "why", "reason"), TABLE)
def test_what_is_known(
    absence: str, held: tuple[bool, timedelta] | None, heard: timedelta | None, state: State, why: str | None, reason: str
) -> None:
    found = record(held[1], withdrawn=held[0]) if held else None
    mark = Watermark(source="base", heard_at=kit.NOW - heard) if heard else None
    evidence = assess(source(absence), found, mark, kit.NOW)
    assert (evidence.state, evidence.why) == (state, why), reason
    assert (evidence.values == {"name": "示例"}) == (state is State.HELD), "values only of what is held"
    assert (evidence.grade == "A") == (state is State.HELD)
    assert evidence.source_name == "示例库", "the source is named in any case"


def test_held_evidence_names_its_origin() -> None:
    found = record(NEW)
    evidence = assess(source("unknown"), found, None, kit.NOW)
    origin = (evidence.digest, evidence.sequence, evidence.issued_at, evidence.received_at)
    assert origin == (found.digest, found.sequence, found.issued_at, found.received_at)


def test_withdrawn_evidence_keeps_the_digest_of_the_withdrawal() -> None:
    assert assess(source("unknown"), record(NEW, withdrawn=True), None, kit.NOW).digest == "d"


PERSON = Field(label="号码", type=FieldType.RESIDENT_ID)
PHONE = Field(label="电话", type=FieldType.MOBILE)
TEXT = Field(label="姓名", type=FieldType.TEXT)
ROWS = Field(label="人员", type=FieldType.TABLE, columns={"name": TEXT, "number": PERSON, "phone": PHONE})
FIELDS = {"name": TEXT, "number": PERSON, "phone": PHONE, "people": ROWS}
ROW = {"name": "甄示例", "number": kit.REPRESENTATIVE[1], "phone": "13900000000"}
VALUES: dict[str, Any] = {**ROW, "people": [ROW, {"name": "贾经办"}]}
VAULT = MemoryVault()


def test_numbers_are_kept_private_in_tables_too() -> None:
    stored = protect(FIELDS, VALUES, VAULT)
    text = repr(stored)
    assert kit.REPRESENTATIVE[1] not in text
    assert "13900000000" not in text
    assert stored["name"] == "甄示例"
    assert VAULT.unseal(stored["people"][0]["number"]["sealed"]) == kit.REPRESENTATIVE[1]


def test_a_decision_sees_pseudonyms_people_see_masks_and_the_owner_gets_all_back() -> None:
    stored = protect(FIELDS, VALUES, VAULT)
    number = VAULT.pseudonym("111", kit.REPRESENTATIVE[1])
    phone = VAULT.pseudonym("mobile", "13900000000")
    seen = {"name": "甄示例", "number": number, "phone": phone}
    masked = {"name": "甄示例", "number": "2112**********9019", "phone": "139****0000"}
    assert comparable(FIELDS, stored) == {**seen, "people": [seen, {"name": "贾经办"}]}
    assert shown(FIELDS, stored) == {**masked, "people": [masked, {"name": "贾经办"}]}
    assert opened(FIELDS, stored, VAULT) == VALUES


def test_the_same_number_is_the_same_person_wherever_it_stands() -> None:
    stored = protect(FIELDS, VALUES, VAULT)
    assert stored["number"]["pseudonym"] == stored["people"][0]["number"]["pseudonym"]
    assert stored["number"]["sealed"] != stored["people"][0]["number"]["sealed"], "sealed anew each time"


def test_nothing_is_kept_of_nothing() -> None:
    empty = {"number": None, "phone": None, "people": None}
    for change in (comparable, shown):
        assert change(FIELDS, protect(FIELDS, empty, VAULT)) == empty


def test_a_field_no_longer_known_is_not_shown() -> None:
    stored = {"name": "甄示例", "number": {"masked": "x"}}
    assert shown({"name": TEXT}, stored) == {"name": "甄示例"}
    names = Field(label="人员", type=FieldType.TABLE, columns={"name": TEXT})
    assert shown({"people": names}, {"people": [stored]}) == {"people": [{"name": "甄示例"}]}, "nor in a row"


@pytest.mark.parametrize(
    ("declared", "held", "method", "same", "reason"),
    [
        ("示例（甲）公司", "示例(甲) 公司", "name", True, "writing habits"),
        ("示例（甲）公司", "示例(甲) 公司", "exact", False, "exact is exact"),
        ("示例甲公司", "示例乙公司", "name", False, "another name"),
        (None, "示例", "name", False, "nothing declared"),
        (1, 1.0, "exact", True, "numbers by value"),
        ("1", 1, "exact", False, "a text is no number"),
    ],
)
def test_comparing(declared: Any, held: Any, method: Any, same: bool, reason: str) -> None:  # noqa: FBT001
    assert agrees(declared, held, method) is same, reason

"""Proof: a prefilled value sent back unchanged keeps its grade, an edited one loses it, a forged seal counts for nothing."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from miaoban.case.case import Status
from miaoban.catalogue.condition import Effect, Grade
from miaoban.catalogue.publication import Edition
from miaoban.catalogue.source import Freshness
from miaoban.decision.provenance import reaches
from miaoban.decision.receipt import RECEIPT, Receipt, proof_of
from miaoban.decision.replay import replay
from miaoban.evidence.comparison import compare
from miaoban.evidence.proof import Vouched, Voucher, redeemed, seal
from miaoban.memory import MemoryVault
from miaoban.operations import keys
from miaoban.operations.cases import load
from miaoban.operations.correct import correct
from miaoban.operations.draft import DraftField, DraftRequest, draft
from miaoban.operations.editions import publish
from miaoban.operations.once import Once
from miaoban.operations.resume import resume
from miaoban.operations.submit import Application, ApplicationError, submit
from tests import kit

FIELD = "address"
HELD = "调兵山市示例路 1 号"
SOURCE = "legal-person-base"


def demanding(grade: Grade = "A", effect: Effect = Effect.REVIEW) -> Edition:
    """The grain filing, with one condition left: the address must be so sure; nothing is compared with the base for it."""
    (first, *_) = kit.edition().matter.conditions
    update = {"id": "G1", "when": None, "needs": (), "holds": None, "enough": None, "matches": (), "redirect": None}
    sure = first.model_copy(update={**update, "grades": {f"form.{FIELD}": grade}, "otherwise": effect})
    person = kit.edition("mobile-queries").matter.holder
    matter = kit.edition().matter.model_copy(update={"conditions": (sure,), "holder": person})
    return Edition(matter=matter, sources=kit.edition().sources)


class World:
    """A county whose base knows the firm, a clock, and who files."""

    def __init__(self, edition: Edition) -> None:
        self.clock = kit.Clock()
        self.services = kit.services(clock=self.clock)
        publish(self.services, edition, kit.NOW)
        kit.hear(self.services, SOURCE)
        self.record = kit.put_record(self.services, SOURCE, "enterprise", kit.firm(address=HELD))
        self.keys = iter(range(1000))

    def drafted(self, who: tuple[str, str] = kit.REPRESENTATIVE, **form: Any) -> dict[str, DraftField]:
        application = kit.application()
        typed = {"uscc": application.form["uscc"], **form}
        request = DraftRequest(matter=kit.GRAIN, region="211281", situation=application.situation, form=typed)
        return {field.code: field for field in draft(self.services, request, kit.party(self.services, who)).fields}

    def forget(self) -> None:
        """The base has withdrawn the record."""
        kit.put_record(self.services, SOURCE, "enterprise", kit.firm(), withdrawn=True)

    def submitted(self, address: str | None, proof: str | None, **changes: Any) -> dict[str, Any]:
        application = kit.application(address=address)
        proofs = {FIELD: proof} if proof else {}
        sent = application.model_copy(update={"proofs": proofs, **changes})
        return dict(submit(self.services, sent, kit.party(self.services), f"key-{next(self.keys)}"))

    def receipt(self, answer: dict[str, Any]) -> Receipt:
        case = load(self.services, answer["case"]).case
        key = keys.receipt(case.id, case.receipts)
        return RECEIPT.validate_json(self.services.store.read([key])[key].body)


@pytest.fixture
def world() -> World:
    return World(demanding())


def test_a_draft_says_where_each_value_comes_from(world: World) -> None:
    fields = world.drafted(contact_phone="13900000000")
    shown = fields[FIELD]
    record = json.loads(world.services.store.read([world.record])[world.record].body)
    assert (shown.value, shown.grade, shown.source, shown.digest) == (HELD, "A", SOURCE, record["digest"])
    assert (shown.issued_at, shown.fetched_at) == (kit.NOW, kit.NOW)
    assert shown.sealed_until == kit.NOW + timedelta(days=30)
    assert shown.demanded == "A"
    assert fields["agent_name"].source == "identity"
    assert fields["agent_number"].value == "2112**********9019", "masked, and sealed all the same"
    assert fields["agent_number"].seal
    typed = fields["contact_phone"]
    assert (typed.grade, typed.source, typed.seal, typed.demanded) == ("D", "applicant", None, None)


def own_seal(world: World) -> str:
    found = world.drafted()[FIELD].seal
    assert found
    return found


def seal_of(world: World, **changes: Any) -> str:
    """A genuine seal that says something else."""
    vouched = Vouched(HELD, "A", SOURCE, until=kit.NOW + timedelta(days=90))
    told = {"person": kit.party(world.services).number.pseudonym, "matter": kit.GRAIN, "field": FIELD, "vouched": vouched}
    return seal(world.services.vault, Voucher(**{**told, **changes}))


SEALS: Mapping[str, Callable[[World], str | None]] = {
    "own": own_seal,
    "none": lambda _: None,
    "forged": lambda world: own_seal(world)[:-4] + "AAAA",
    "no seal": lambda _: "v1.nonsense",
    "another's": lambda world: world.drafted(kit.AGENT)[FIELD].seal,
    "of another field": lambda world: world.drafted()["enterprise_name"].seal,
    "of another matter": lambda world: seal_of(world, matter="parking-filing"),
    "another sealed text": lambda world: world.services.vault.seal(HELD),
    "of another root key": lambda _: seal(
        MemoryVault("another root key, long enough to be one"),
        Voucher(person="p", matter=kit.GRAIN, field=FIELD, vouched=Vouched(HELD, "A", SOURCE)),
    ),
}
SENT: list[tuple[str, str, str, Grade, str]] = [
    # which seal, the address sent, how the base stands, the grade, why
    ("own", HELD, "silent", "A", "unchanged: it keeps its grade though the base is silent now"),
    ("own", "调兵山市示例路１号", "silent", "A", "unchanged but for the way of writing"),
    ("own", "调兵山市示例路 2 号", "silent", "D", "edited"),
    ("own", HELD, "silent too long", "D", "the seal is over"),
    ("none", HELD, "silent", "D", "nobody vouches for it"),
    ("none", HELD, "says so", "A", "the base itself says so now"),
    ("own", "调兵山市示例路 2 号", "says so", "D", "edited, and the base says otherwise"),
    ("own", HELD, "changed", "D", "what was true when it was sealed is not any more"),
    ("own", HELD, "withdrawn", "D", "the record is gone"),
    ("forged", HELD, "silent", "D", "a seal that was tampered with"),
    ("no seal", HELD, "silent", "D", "what is no seal at all"),
    ("another's", HELD, "silent", "D", "the seal of somebody else"),
    ("of another field", HELD, "silent", "D", "the seal of another field"),
    ("of another matter", HELD, "silent", "D", "a seal from another matter"),
    ("another sealed text", HELD, "silent", "D", "sealed by us, and no voucher"),
    ("of another root key", HELD, "silent", "D", "sealed by nobody that we know"),
]


def stand(world: World, how: str) -> None:
    """Let the base stand so: a week later it is too old to decide on, a month later it may not prefill either."""
    match how:
        case "silent":
            world.clock.advance(days=29)
        case "silent too long":
            world.clock.advance(days=31)
        case "changed":
            kit.put_record(world.services, SOURCE, "enterprise", kit.firm(address="调兵山市示例路 9 号"))
        case "withdrawn":
            world.forget()


@pytest.mark.parametrize(("which", "address", "base", "grade", "reason"), SENT, ids=[row[-1] for row in SENT])
def test_what_is_sent_back(which: str, address: str, base: str, grade: Grade, reason: str) -> None:
    world = World(silent_soon(demanding()))
    proof = SEALS[which](world)
    stand(world, base)
    answer = world.submitted(address, proof)
    receipt = world.receipt(answer)
    backing = receipt.document()["provenance"][FIELD]
    assert backing["grade"] == grade, reason
    assert answer["status"] == ("approved" if grade == "A" else "reviewing")
    if grade != "A":
        (told,) = answer["reasons"]
        assert told["graded"] == [{"field": f"form.{FIELD}", "label": "住所", "demanded": "A", "grade": "D"}]


def silent_soon(edition: Edition) -> Edition:
    """The base's records decide for a week, and prefill for a month."""
    source = edition.sources[SOURCE]
    freshness = Freshness.model_validate({"decide": 7, "prefill": 30})
    return Edition(
        matter=edition.matter, sources={**edition.sources, SOURCE: source.model_copy(update={"freshness": freshness})}
    )


def test_a_receipt_tells_what_was_vouched_for_and_decides_again() -> None:
    world = World(silent_soon(demanding()))
    proof = own_seal(world)
    world.clock.advance(days=29)
    receipt = world.receipt(world.submitted(HELD, proof))
    told = receipt.document()
    assert told["provenance"][FIELD] == {"grade": "A", "vouched": True}
    vouched = told["facts"]["vouched"][FIELD]
    assert (vouched["value"], vouched["grade"], vouched["source"]) == (HELD, "A", SOURCE)
    assert vouched.keys() == {"value", "grade", "source", "digest", "issued_at", "fetched_at", "until"}
    edition = silent_soon(demanding())
    proof_text = proof_of(json.dumps(told), edition).model_dump(mode="json", exclude_none=True)
    assert replay(proof_text) is None


@pytest.mark.parametrize(("demanded", "enough"), [("A", "A"), ("B", "AB"), ("C", "ABC"), ("D", "ABCD")])
def test_a_surer_grade_is_enough(demanded: Grade, enough: str) -> None:
    grades: tuple[Grade, ...] = ("A", "B", "C", "D")
    assert "".join(grade for grade in grades if reaches(grade, demanded)) == enough


@pytest.mark.parametrize(
    ("checked", "status", "reason"),
    [((), "reviewing", "typed, and seen by nobody"), ((FIELD,), "approved", "the window has seen the original")],
)
def test_a_window_vouches_for_what_it_has_seen(checked: tuple[str, ...], status: str, reason: str) -> None:
    world = World(demanding("B"))
    world.clock.advance(days=31)
    assert world.submitted("调兵山市示例路 5 号", None, checked=checked)["status"] == status, reason


def test_proofs_of_no_field_are_told(world: World) -> None:
    with pytest.raises(ApplicationError) as caught:
        world.submitted(HELD, None, proofs={"adress": "v1.x"}, checked=("nothing",))
    assert [problem.pointer for problem in caught.value.problems] == ["/proofs/adress", "/checked/0"]


def test_a_correction_loses_what_it_edits() -> None:
    world = World(silent_soon(demanding(effect=Effect.CORRECT)))
    proof = own_seal(world)
    world.clock.advance(days=29)
    asked = world.submitted("调兵山市示例路 2 号", proof)
    assert asked["status"] == "correcting"
    once = Once(world.services, kit.party(world.services).owner, "again", {})
    put_right = correct(world.services, asked["case"], {FIELD: HELD}, once, lambda _: None)
    assert put_right["status"] == "approved", "the very value that was sealed"


def test_a_case_that_waited_is_judged_by_what_is_known_then() -> None:
    """The seal was good when the case began; by the time it is decided the base says otherwise."""
    sure, other = demanding().matter.conditions[0], {"id": "W1", "grades": None, "needs": ("enterprise.name",)}
    waits = sure.model_copy(update={**other, "holds": "enterprise.name != ''"})
    matter = demanding().matter.model_copy(update={"conditions": (sure, waits)})
    world = World(silent_soon(Edition(matter=matter, sources=kit.edition().sources)))
    proof = own_seal(world)
    world.clock.advance(days=29)
    waiting = world.submitted(HELD, proof)
    assert waiting["status"] == "waiting"
    kit.put_record(world.services, SOURCE, "enterprise", kit.firm(address="调兵山市示例路 9 号"))
    assert resume(world.services, waiting["case"]).status is Status.REVIEWING


def test_receipts_of_the_first_schema_decide_again() -> None:
    document = json.loads((Path(__file__).parent / "data" / "receipt_schema_1.json").read_text(encoding="utf-8"))
    assert document["receipt"]["schema_version"] == 1
    assert replay(document) is None


COMPARED: list[tuple[Any, Any, str, float, tuple[str, str] | None, str]] = [
    ("示例公司", "示例公司", "name", 1.0, None, "equal as they stand"),
    ("示例（甲）", "示例(甲)", "name", 1.0, ("示例(甲)", "示例(甲)"), "equal beyond writing habits"),
    ("示例粮食贸易有限公司", "示例粮食收购有限公司", "name", 0.8, ("示例粮食贸易有限公司", "示例粮食收购有限公司"), "alike"),
    ("甲", "乙", "name", 0.0, ("甲", "乙"), "nothing in common"),
    ("示例（甲）", "示例(甲)", "exact", 0.0, None, "exact folds nothing"),
    (1, 2, "name", 0.0, None, "numbers are equal or not"),
]


@pytest.mark.parametrize(("declared", "held", "method", "score", "forms", "reason"), COMPARED)
def test_a_comparison_is_explained(declared: Any, held: Any, method: Any, score: float, forms: Any, reason: str) -> None:
    found = compare(declared, held, method)
    assert (found.score, found.forms, found.agrees) == (score, forms, score == 1), reason


@given(st.text(max_size=80), st.text(max_size=80))
def test_only_the_same_reaches_the_threshold(one: str, other: str) -> None:
    found = compare(one, other, "name")
    assert 0 <= found.score <= 1
    assert found.agrees == (found.forms is None or found.forms[0] == found.forms[1])


def test_a_pair_of_names_is_told_with_its_score() -> None:
    services = kit.ready()
    named = kit.application(enterprise_name="示例（铁岭）粮食贸易有限公司")
    answer = submit(services, named, kit.party(services), "key-1")
    pair = next(one for reason in answer["reasons"] for one in reason["compared"] if not one["agrees"])
    assert (pair["method"], pair["threshold"]) == ("name", 1.0)
    assert pair["forms"] == ["示例(铁岭)粮食贸易有限公司", "示例(调兵山)粮食收购有限公司"]
    assert 0 < pair["score"] < 1


def test_a_seal_is_known_by_what_it_says() -> None:
    vault = MemoryVault()
    vouched = Vouched(HELD, "A", SOURCE, digest="sha256:1", issued_at=kit.NOW, fetched_at=kit.NOW, until=kit.NOW)
    sealed = seal(vault, Voucher(person="p", matter="m", field="f", vouched=vouched))
    assert redeemed(vault, sealed, "p", "m", "f") == vouched
    assert [redeemed(vault, sealed, *other) for other in (("q", "m", "f"), ("p", "n", "f"), ("p", "m", "g"))] == [None] * 3
    assert vouched.stands(kit.NOW)
    assert not replace(vouched, until=kit.NOW - timedelta(seconds=1)).stands(kit.NOW)


def test_applications_of_before_have_no_proofs() -> None:
    application = kit.application()
    plain = Application.model_validate(application.model_dump(exclude={"proofs", "checked"}))
    assert (dict(plain.proofs), plain.checked) == ({}, ())

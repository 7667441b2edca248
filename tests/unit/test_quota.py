"""Quotas: what is granted in all is never more than was published, whoever grants it and however many file at once."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from miaoban.canonical import digest
from miaoban.catalogue.errors import CatalogueError
from miaoban.catalogue.folder import read_edition
from miaoban.catalogue.guidance import guide_of
from miaoban.catalogue.markdown import markdown
from miaoban.catalogue.quota import Quota
from miaoban.catalogue.regions import Parameter
from miaoban.decision.receipt import RECEIPT, proof_of
from miaoban.decision.replay import replay
from miaoban.decision.shadow import shadow
from miaoban.memory import MemoryStore
from miaoban.operations import keys
from miaoban.operations.editions import current, publish
from miaoban.operations.errors import QuotaError
from miaoban.operations.filings import quota_key
from miaoban.operations.once import Once
from miaoban.operations.review import PersonalDecision, review
from miaoban.operations.submit import Application, filing_from, submit
from tests import kit, made, watched
from tests.race import EACH, SUBSIDY, Race, taken
from tools import cast
from tools.folders import texts_of

RACERS = 5


def raced(firms: int, budget: int, **changes: Any) -> tuple[Race, MemoryStore]:
    store = MemoryStore()
    return Race(store, firms, budget, **changes), store


def approve(race: Race, case: str, key: str = "decided") -> Any:
    decided = PersonalDecision(officer="officer", approve=True, reason="已逐项审查")
    return review(race.services, case, decided, Once(race.services, "officer", key, {}), lambda _: None)


@pytest.mark.parametrize(
    ("budget", "granted", "reason"),
    [
        (0, 0, "nothing is there"),
        (EACH - 1, 0, "a fen is missing"),
        (EACH, 1, "just enough for one"),
        (3 * EACH, 3, "enough for three"),
        (4 * EACH - 1, 3, "a fen is missing for the fourth"),
        (RACERS * EACH, RACERS, "enough for all"),
    ],
)
def test_at_once_no_more_is_granted_than_there_is(budget: int, granted: int, reason: str) -> None:
    race, store = raced(RACERS, budget)
    meeting = watched.CountingStore(store)
    race.services = kit.services(meeting)
    current(race.services, SUBSIDY)
    meeting.inner = watched.Rendezvous(store, RACERS)
    answers = race.run()
    statuses = sorted(answer["status"] for answer in answers)
    assert statuses == ["approved"] * granted + ["reviewing"] * (RACERS - granted), reason
    assert (taken(store.items) if granted else 0) == granted * EACH
    short = [answer for answer in answers if answer["status"] == "reviewing"]
    assert all([told["condition"] for told in answer["reasons"]] == ["M5"] for answer in short)


def test_a_quota_costs_no_call_more() -> None:
    race, store = raced(1, EACH)
    counting = watched.CountingStore(store)
    race.services = kit.services(counting)
    current(race.services, SUBSIDY)
    counting.reads = 0
    assert race.file(0)["status"] == "approved"
    assert (counting.reads, counting.commits, counting.queries) == (1, 1, 0)


def test_the_receipt_tells_what_was_left_and_decides_again() -> None:
    race, store = raced(2, 3 * EACH)
    race.file(0)
    case = race.file(1)["case"]
    stored = store.items[keys.receipt(case, 1)].body
    receipt = RECEIPT.validate_json(stored)
    assert receipt.facts.quota is not None
    assert receipt.facts.quota.left == 2 * EACH
    proof = proof_of(stored, kit.edition(SUBSIDY)).model_dump(mode="json", exclude_none=True)
    assert replay(proof) is None
    proof["receipt"]["facts"]["quota"]["left"] = 0
    proof["digest"] = digest(proof["receipt"])
    assert replay(proof) is not None, "what was left is what the decision rested on"


def test_a_receipt_of_before_there_was_a_quota_is_not_judged_by_it() -> None:
    race, store = raced(1, EACH)
    receipt = RECEIPT.validate_json(store_receipt(race, store))
    old = RECEIPT.validate_python(
        {**receipt.document(), "facts": {name: value for name, value in receipt.facts.document().items() if name != "quota"}}
    )
    (one,) = shadow(kit.edition(SUBSIDY), [old]).differing
    assert (one.new, one.lacks) == ("unknown", ("数据 剩余的额度",))


def store_receipt(race: Race, store: MemoryStore) -> str:
    case = race.file(0)["case"]
    return store.items[keys.receipt(case, 1)].body


def test_what_a_person_grants_is_taken_too_and_never_more_than_is_left() -> None:
    race, store = raced(2, EACH, claimed=EACH)
    first, second = (race.file(number)["case"] for number in (0, 1))
    assert approve(race, first)["status"] == "approved"
    before = store.items
    with pytest.raises(QuotaError, match=f"“政策的预算”只剩 0，不够这次要用的 {EACH}"):
        approve(race, second, "again")
    assert store.items == before, "nothing was written"
    race.budget(2 * EACH)
    assert approve(race, second, "more")["status"] == "approved"
    assert taken(store.items) == 2 * EACH


@pytest.mark.parametrize(("missing", "granted"), [(0, True), (1, False)])
def test_a_person_grants_to_the_last_fen(missing: int, granted: bool) -> None:  # noqa: FBT001
    race, store = raced(1, EACH - missing, claimed=EACH)
    case = race.file(0)["case"]
    if not granted:
        with pytest.raises(QuotaError, match=f"只剩 {EACH - missing}"):
            approve(race, case)
    else:
        assert approve(race, case)["status"] == "approved"
        assert taken(store.items) == EACH


def test_only_what_is_granted_anew_takes() -> None:
    """One place: the first filing takes it, its change and its end take nothing, and a second firm's finds none."""
    told = {"places": Parameter(label="名额", value=1, source="示例")}
    edition = made.edition(parameters=told, quota=Quota(label="名额", total="parameter.places"))
    store = MemoryStore()
    found = kit.ready(kit.services(store))
    publish(found, edition, kit.NOW)
    who = kit.party(found)
    first = submit(found, kit.application(), who, "first")
    assert (first["status"], taken(store.items)) == ("approved", 1)
    changed = submit(found, kit.application(situation={"kind": "change"}, cross_province=None), who, "change")
    assert (changed["status"], taken(store.items)) == ("approved", 1)
    other = cast.uscc()
    kit.put_record(found, "legal-person-base", "enterprise", kit.firm(uscc=other))
    with pytest.raises(QuotaError, match="“名额”只剩 0，不够这次要用的 1"):
        submit(found, kit.application(uscc=other), who, "other")


def test_who_refuses_takes_nothing() -> None:
    race, store = raced(1, EACH, claimed=EACH)
    decided = PersonalDecision(officer="officer", approve=False, reason="不在范围内")
    once = Once(race.services, "officer", "decided", {})
    review(race.services, race.file(0)["case"], decided, once, lambda _: None)
    assert not [key for key in store.items if key.sort == "QUOTA"]


def test_without_a_total_nobody_grants() -> None:
    race, store = raced(1, EACH, claimed=EACH)
    case = race.file(0)["case"]
    values = race.given.records["policy-register/policy"]["award"].values
    kit.put_record(race.services, "policy-register", "policy", {**values, "code": race.policy, "budget": EACH}, withdrawn=True)
    with pytest.raises(QuotaError, match="还没有数据，不能批准"):
        approve(race, case)
    assert not [key for key in store.items if key.sort == "QUOTA"]


def test_a_smaller_budget_than_was_taken_leaves_nothing() -> None:
    race, _ = raced(3, 2 * EACH)
    assert [race.file(number)["status"] for number in (0, 1)] == ["approved", "approved"]
    race.budget(EACH)
    assert race.file(2)["status"] == "reviewing"


DAYS = ("2026-03-02T10:00:00+08:00", "2026-03-03T10:00:00+08:00", "2026-04-01T10:00:00+08:00", "2027-01-01T10:00:00+08:00")


@pytest.mark.parametrize(
    ("quota", "quotas", "reason"),
    [
        ({"period": None}, 1, "one for ever"),
        ({"period": "day"}, 4, "one a day"),
        ({"period": "month"}, 3, "one a month"),
        ({"period": "year"}, 2, "one a year"),
    ],
)
def test_a_quota_begins_anew_with_its_period(quota: dict[str, Any], quotas: int, reason: str) -> None:
    assert len({key_of(datetime.fromisoformat(day), quota, "211281") for day in DAYS}) == quotas, reason


@pytest.mark.parametrize(
    ("per", "quotas", "reason"),
    [([], 1, "one for all"), (["form.policy"], 1, "one a policy"), (["organ.region", "form.policy"], 2, "one a region")],
)
def test_a_quota_is_per_what_it_says(per: list[str], quotas: int, reason: str) -> None:
    assert len({key_of(kit.NOW, {"per": per}, region) for region in ("211281", "211282")}) == quotas, reason


def key_of(now: datetime, quota: dict[str, Any], region: str) -> Any:
    edition, given = kit.edition(SUBSIDY), kit.examples(SUBSIDY)["01-instant.yaml"].given
    told = Quota.model_validate({"label": "预算", "total": "policy.budget", **quota})
    found = kit.services(clock=kit.Clock(now))
    matter = edition.matter.model_copy(update={"quota": told})
    published = publish(found, edition.model_copy(update={"matter": matter}), now)
    application = Application(matter=SUBSIDY, region=region, situation=given.situation, form=given.form)
    filing, _ = filing_from(found, published, application, kit.party(found))
    return quota_key(found, filing, filing.form)


def test_the_guide_tells_that_there_is_a_quota() -> None:
    assert "| 数量限制 | 政策的预算，按受理的先后顺序，用完为止 |" in markdown(guide_of(kit.edition(SUBSIDY), "211281"))
    assert "| 数量限制 | 没有 |" in markdown(guide_of(kit.edition(), "211281"))


def swap(old: str, new: str) -> Callable[[str], str]:
    def change(text: str) -> str:
        assert old in text, f"nothing to change: {old}"
        return text.replace(old, new)

    return change


@pytest.mark.parametrize(
    ("file", "change", "says", "reason"),
    [
        ("matter.yaml", swap("total: policy.budget", "total: policy.budjet"), "policy.budjet 没有这个字段", "no such total"),
        ("matter.yaml", swap("total: policy.budget", "total: policy.title"), "policy.title 不是整数或者金额", "a text"),
        ("matter.yaml", swap("total: policy.budget", "total: parameter.barring_lists"), "barring_lists 不是整数", "a list"),
        ("matter.yaml", swap("takes: [form.amount,", "takes: [form.grounds,"), "form.grounds 不是金额", "a text is taken"),
        ("matter.yaml", swap("per: [form.policy]", "per: [policy.code]"), "per 中的 policy.code 没有", "a record's value"),
        ("matter.yaml", swap("  label: 政策的预算\n", ""), "quota.label 缺少这一项", "no name"),
        ("matter.yaml", swap("per: [form.policy]", "each: [form.policy]"), "quota.each 没有这一项", "an unknown key"),
        (
            "conditions.yaml",
            swap("(quota.left ?? 0)", "(policy.budget ?? 0)"),
            "没有条件核对“政策的预算”还剩多少",
            "unlooked at",
        ),
        ("conditions.yaml", swap("quota.left", "quota.rest"), "quota.rest 没有", "an unknown word"),
    ],
)
def test_a_quota_that_is_wrong_is_one_sentence(file: str, change: Any, says: str, reason: str) -> None:
    texts = dict(texts_of(kit.ROOT / "matters" / SUBSIDY))
    texts[file] = change(texts[file])
    with pytest.raises(CatalogueError, match=says) as caught:
        pytest.fail(f"{read_edition(texts, kit.source_texts())} accepted: {reason}")
    assert "\n" not in str(caught.value)


def test_a_matter_without_a_quota_has_none_left() -> None:
    texts = dict(texts_of(kit.ROOT / "matters" / kit.GRAIN))
    texts["conditions.yaml"] = texts["conditions.yaml"].replace("not held.present", "quota.left > 0", 1)
    with pytest.raises(CatalogueError, match=r"quota\.left 没有"):
        read_edition(texts, kit.source_texts())


def test_the_total_must_be_known_before_what_is_left_is_judged() -> None:
    texts = dict(texts_of(kit.ROOT / "matters" / SUBSIDY))
    rule = 'holds: "not policy.present or not entitlement.present or (quota.left ?? 0)'
    needs = "    needs: [policy.present, entitlement.present]\n"
    assert needs + "    " + rule in texts["conditions.yaml"]
    changed = 'needs: [entitlement.present]\n    holds: "not entitlement.present or (quota.left ?? 0)'
    texts["conditions.yaml"] = texts["conditions.yaml"].replace(needs.strip() + "\n    " + rule, changed)
    with pytest.raises(CatalogueError, match=r"M5 中的 quota\.left 没有列入 needs"):
        read_edition(texts, kit.source_texts())

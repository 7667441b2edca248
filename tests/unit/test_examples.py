"""Every example of every matter, played alone and filed through the operation on the fakes."""

import re
from collections import defaultdict
from functools import cache
from typing import Any

import pytest

from miaoban.case.case import Case, Status
from miaoban.catalogue.condition import Condition, Effect
from miaoban.catalogue.errors import CatalogueError
from miaoban.catalogue.matter import Matter
from miaoban.catalogue.tables import needed
from miaoban.decision.example import Expect, Given
from miaoban.decision.examples import merged, read_examples
from miaoban.decision.facts import OWN_ROOTS
from miaoban.decision.outcome import Outcome
from miaoban.decision.playing import Played, failures, play
from miaoban.decision.verdict import Truth
from miaoban.licence.licence import Licence
from miaoban.operations import keys
from miaoban.operations.licensing import licence_key
from miaoban.operations.once import Once
from miaoban.operations.review import PersonalDecision, review
from miaoban.operations.services import Services
from miaoban.operations.submit import Application, submit
from tests import kit
from tools.folders import folders, texts_of

BEFORE = "01-own-warehouse.yaml"
FOLDERS = [folder.name for folder in folders()]
FILES = [(matter, name) for matter in FOLDERS for name in kit.examples(matter)]


@cache
def played(matter: str, name: str) -> Played:
    return play(kit.edition(matter), kit.examples(matter)[name].given)


@pytest.mark.parametrize("matter", FOLDERS)
def test_every_example_comes_out_as_expected(matter: str) -> None:
    assert kit.examples(matter), f"{matter} has no examples"
    assert list(failures(kit.edition(matter), kit.examples(matter))) == []


@pytest.mark.parametrize("matter", FOLDERS)
def test_examples_show_every_condition_in_every_truth_it_can_have(matter: str) -> None:
    seen = defaultdict(set)
    for name in kit.examples(matter):
        for verdict in played(matter, name).decision.verdicts:
            seen[verdict.condition].add(verdict.truth)
    published = kit.edition(matter).matter
    missing = {c.id: possible(c, published) - seen[c.id] for c in published.conditions if possible(c, published) - seen[c.id]}
    assert missing == {}


def possible(condition: Condition, matter: Matter) -> set[Truth]:
    """A condition on records can be unknown, one on the form, the situation and the register alone cannot.

    What only a person may judge always is.
    """
    if condition.examine is not None:
        return {Truth.UNKNOWN}
    records = {path.partition(".")[0] for path in needed(condition.needs, condition.holds, matter.tables)} - OWN_ROOTS
    return set(Truth) if records else {Truth.TRUE, Truth.FALSE}


@pytest.mark.parametrize("matter", FOLDERS)
def test_examples_show_every_outcome(matter: str) -> None:
    assert {played(matter, name).decision.outcome for name in kit.examples(matter)} == reachable(kit.edition(matter).matter)


def reachable(matter: Matter) -> set[Outcome]:
    """The outcomes that a matter can come to: never approved where a person must look in every situation."""
    effects = {condition.otherwise for condition in matter.conditions}
    on_records = any(c.otherwise is not Effect.FLAG and possible(c, matter) == set(Truth) for c in matter.conditions)
    by_person = any(condition.examine is not None and condition.when is None for condition in matter.conditions)
    can = {
        Outcome.REDIRECTED: Effect.REDIRECT in effects,
        Outcome.REFUSED: Effect.REFUSE in effects,
        Outcome.CORRECTING: Effect.CORRECT in effects,
        Outcome.WAITING: on_records,
        Outcome.REVIEWING: bool(effects & {Effect.REVIEW, Effect.CORRECT}),
        Outcome.APPROVED: not by_person,
    }
    return {outcome for outcome, is_so in can.items() if is_so}


@pytest.mark.parametrize("matter", FOLDERS)
def test_examples_give_every_answer(matter: str) -> None:
    given = {answer for example in kit.examples(matter).values() for answer in example.given.situation.items()}
    asked = {(code, answer) for code, question in kit.edition(matter).matter.questions.items() for answer in question.answers}
    assert asked - given == set()


@pytest.mark.parametrize("matter", FOLDERS)
def test_examples_show_every_conclusion(matter: str) -> None:
    shown = {code for example in kit.examples(matter).values() for code in example.expect.concluded}
    assert shown == set(kit.edition(matter).matter.reviewer.conclusions)


@pytest.mark.parametrize("matter", FOLDERS)
def test_what_a_person_must_look_at_says_who(matter: str) -> None:
    told = [c.examine for c in kit.edition(matter).matter.conditions if c.examine is not None]
    assert [text for text in told if kit.edition(matter).matter.reviewer.name not in text] == []


def test_the_story_is_told() -> None:
    rows = {name[:2] for name in kit.examples()}
    assert rows == {f"{row:02}" for row in range(1, 11)}


def world(matter: str, given: Given) -> tuple[Services, Given]:
    """Services in which everything stands as the example says.

    What is held was issued on the first approved example, or on the first that came to a person, who approved it.

    The example comes back with the number of that licence, wherever it names the one held.
    """
    found = kit.services(clock=kit.Clock(given.now))
    if given.held.licence:
        named = kit.examples(matter).values()
        ways = (Outcome.APPROVED, Outcome.REVIEWING)
        before = next(example.given for way in ways for example in named if example.expect.outcome is way)
        number = granted(kit.populate(found, before, matter), filed(found, matter, before, "before"))
        given = Given.read(given.text().replace(given.held.licence, number))
    return kit.populate(found, given, matter), given


def granted(found: Services, case: Case) -> str:
    """The licence of a case, approved by a person if it came to one."""
    if case.status is not Status.REVIEWING:
        return case.licence or ""
    kit.agree(found, case.id)
    decided = PersonalDecision(officer="officer", approve=True, reason="已逐项审查")
    answer = review(found, case.id, decided, Once(found, "officer", "granted", {}), lambda _: None)
    return str(answer["licence"])


def filed(found: Services, matter: str, given: Given, key: str) -> Case:
    """The case that the filing becomes."""
    application = Application(matter=matter, region=given.region, situation=given.situation, form=given.form)
    who = kit.party(found, (given.applicant.name, str(given.applicant.number)))
    answer = submit(found, application, who, key)
    return Case.read(found.store.read([keys.case(answer["case"])])[keys.case(answer["case"])].body)


FILED = [(matter, name) for matter, name in FILES if not kit.examples(matter)[name].given.corrected]


@pytest.mark.parametrize(("matter", "name"), FILED)
def test_the_operation_decides_as_the_example(matter: str, name: str) -> None:
    example = kit.examples(matter)[name]
    found, given = world(matter, example.given)
    case = filed(found, matter, given, "now")
    expect = example.expect
    assert (case.status.value, case.waiting_for) == (expect.outcome.value, expect.waiting_for)
    assert tuple(verdict.condition for verdict in case.reasons) == expect.reasons
    if expect.licence:
        assert {**lines(found, case.licence), **expect.licence} == lines(found, case.licence)


def lines(found: Services, number: str | None) -> dict[str, Any]:
    """What the licence says."""
    key = licence_key(number or "")
    return {line.label: line.value for line in Licence.read(found.store.read([key])[key].body).terms.contents}


def test_an_example_that_is_wrong_says_where() -> None:
    example = kit.examples()[BEFORE]
    wrong = example.model_copy(
        update={"expect": Expect(outcome=Outcome.REFUSED, reasons=("C1", "C3"), licence={"收购地": "银州区"})}
    )
    sentences = list(failures(kit.edition(), {"x.yaml": wrong}))
    assert sentences == [
        "examples/x.yaml：/expect/outcome 应为 refused，实际为 approved，请核对条件或者示例",
        "examples/x.yaml：/expect/reasons 应为 C1、C3，实际为 空，请核对条件或者示例",
        "examples/x.yaml：/expect/licence/收购地 应为 银州区，实际为 调兵山市，请核对条件或者示例",
    ]


@pytest.mark.parametrize(
    ("patch", "says", "reason"),
    [
        ({"form": {"uscc": "91211281MAXX000150"}}, "统一社会信用代码", "a form that cannot be sent"),
        ({"situation": {"kind": "nothing"}}, "没有“nothing”这个选项", "a situation that does not exist"),
        ({"records": {"legal-person-base/firm": {"x": {"values": {}}}}}, "没有数源记录 legal-person-base/firm", "no such kind"),
        ({"heard": {"weather": "2026-03-01T00:00:00+08:00"}}, "没有数源记录 weather", "no such source"),
        ({"records": {"legal-person-base/enterprise": {"own": {"values": {"status": None}}}}}, "登记状态", "record refused"),
    ],
)
def test_an_example_that_cannot_be_played_says_why(patch: dict[str, Any], says: str, reason: str) -> None:
    base = kit.examples()[BEFORE]
    given = Given.model_validate(merged(base.given.model_dump(mode="json"), patch))
    sentences = list(failures(kit.edition(), {"x.yaml": base.model_copy(update={"given": given})}))
    assert len(sentences) == 1, reason
    assert sentences[0].startswith("examples/x.yaml：不能运行（")
    assert says in sentences[0], reason


@pytest.mark.parametrize(
    ("text", "says", "reason"),
    [
        ("title: x\nexpect: {outcome: granted}", "examples/x.yaml：第 2 行，expect.outcome", "no such outcome"),
        (
            "title: x\nexpect: {outcome: approved}\nnow: 1",
            "examples/x.yaml：第 3 行，now 没有这一项",
            "a key that means nothing",
        ),
        ("expect: {outcome: approved}", "examples/x.yaml：第 1 行，title 缺少这一项", "no sentence"),
        ('title: x\ngiven: {now: "2026-03-02"}\nexpect: {outcome: approved}', "given.now", "a moment without its zone"),
        ("title: [", "examples/x.yaml：第 2 行，不是正确的 YAML", "not YAML"),
    ],
)
def test_an_example_that_cannot_be_read_says_where(text: str, says: str, reason: str) -> None:
    base = texts_of(kit.ROOT / "matters" / kit.GRAIN / "examples")["_base.yaml"]
    with pytest.raises(CatalogueError, match=re.escape(says)):
        pytest.fail(f"{read_examples({'_base.yaml': base, 'x.yaml': text})} accepted: {reason}")


@pytest.mark.parametrize(
    ("base", "patch", "result", "reason"),
    [
        ({"a": {"b": 1, "c": 2}}, {"a": {"b": 3}}, {"a": {"b": 3, "c": 2}}, "maps merge"),
        ({"a": {"b": 1}}, {"a": {"b": None}}, {"a": {}}, "null removes"),
        ({"a": [1, 2]}, {"a": [3]}, {"a": [3]}, "lists replace"),
        ({"a": 1}, {"a": {"b": None, "c": 1}}, {"a": {"c": 1}}, "a map replaces a value, without its nulls"),
        ({}, {"a": None}, {}, "removing what is not there"),
    ],
)
def test_examples_are_merge_patches(base: Any, patch: Any, result: Any, reason: str) -> None:
    assert merged(base, patch) == result, reason

"""Conclusions: a review that has them comes to one by name, and receipt, applicant and licence tell which."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from app import app
from functions.composition import use
from miaoban.access.routes import ROUTES, Action
from miaoban.canonical import digest
from miaoban.catalogue.errors import CatalogueError
from miaoban.catalogue.folder import read_edition
from miaoban.catalogue.guidance import guide_of
from miaoban.catalogue.impact import impact
from miaoban.catalogue.markdown import markdown
from miaoban.catalogue.matter import Conclusion
from miaoban.catalogue.publication import Edition
from miaoban.decision.conclusion import said
from miaoban.decision.errors import PersonalDecisionError
from miaoban.decision.example import Example
from miaoban.decision.outcome import Outcome
from miaoban.decision.playing import failures
from miaoban.decision.receipt import RECEIPT
from miaoban.decision.replay import replay
from miaoban.decision.shadow import shadow
from miaoban.licence.licence import Licence
from miaoban.operations import keys
from miaoban.operations.cases import load
from miaoban.operations.licensing import licence_key
from miaoban.operations.once import Once
from miaoban.operations.reading import proof
from miaoban.operations.review import PersonalDecision
from miaoban.operations.set_aside import decide_proposal, propose
from miaoban.operations.submit import Application, submit
from tests import kit
from tests.captured import captured
from tools.folders import texts_of

CHECK, OTHER = "social-organisation-annual-check", "association-establishment"
IN_ORDER = "01-in-order.yaml"
TEXTS = texts_of(kit.ROOT / "matters" / CHECK)
ALLOWED = "可选：qualified（合格）、basic（基本合格）、unqualified（不合格）"
WHEN = "when: \"situation.previous == 'failed'\""
KNOWN = {"good": Conclusion(label="合格", approves=True), "bad": Conclusion(label="不合格", approves=False)}
QUALIFIED = {"code": "qualified", "label": "合格"}


class Office:
    """One filing that is with a person, and the API as its applicant and its officer call it."""

    def __init__(self, matter: str = CHECK) -> None:
        given = kit.examples(matter)[IN_ORDER].given
        self.services = kit.populate(kit.services(clock=kit.Clock(given.now)), given, matter)
        self.person = {"kind": "111", "number": str(given.applicant.number)}
        self.region = given.region
        party = kit.party(self.services, (given.applicant.name, str(given.applicant.number)))
        application = Application(matter=matter, region=given.region, situation=given.situation, form=given.form)
        self.case: str = submit(self.services, application, party, "filed")["case"]

    def officer(self, action: Action, body: Mapping[str, Any] | None = None, key: str = "decided") -> tuple[int, Any]:
        """What the organ's officer is answered about the task."""
        principal = {"subject": "officer-1", "roles": ["officer"], "region": self.region, "department": "civil-affairs"}
        return self._called(action, {"task": self.case}, principal, body, key)

    def applicant(self, action: Action, body: Mapping[str, Any] | None = None) -> Any:
        """What the applicant is answered about the case."""
        principal = {"subject": "person-1", "roles": ["applicant"], "person": self.person}
        status, answer = self._called(action, {"case": self.case}, principal, body, "asked")
        assert status == 200
        return answer

    def decide(self, key: str = "decided", **body: Any) -> tuple[int, Any]:
        """The officer's decision, with a reason."""
        return self.officer(Action.DECIDE_TASK, {"reason": "已审阅年度工作报告书", **body}, key)

    def _called(
        self, action: Action, path: dict[str, str], principal: Mapping[str, Any], body: Mapping[str, Any] | None, key: str
    ) -> tuple[int, Any]:
        route = next(found for found in ROUTES if found.action is action)
        event = {
            "resource": route.path,
            "path": route.path.format(**path),
            "httpMethod": route.method,
            "headers": {"Accept": "application/json", "Content-Type": "application/json", "Idempotency-Key": key},
            "multiValueHeaders": {},
            "queryStringParameters": None,
            "multiValueQueryStringParameters": None,
            "pathParameters": path,
            "stageVariables": None,
            "requestContext": {
                "resourcePath": route.path,
                "httpMethod": route.method,
                "requestId": "request-1",
                "authorizer": {"principal": json.dumps(principal)},
            },
            "body": None if body is None else json.dumps(body, ensure_ascii=False),
            "isBase64Encoded": False,
        }
        with use(self.services), captured("api"):
            answer = app(event, None)
        return answer["statusCode"], json.loads(answer["body"])

    def document(self) -> dict[str, Any]:
        """The proof of the last decision, as it is handed out."""
        case = load(self.services, self.case).case
        return proof(self.services, case).model_dump(mode="json", exclude_none=True)

    def licence(self, number: str) -> dict[str, Any]:
        """The lines of a licence."""
        key = licence_key(number)
        return {line.label: line.value for line in Licence.read(self.services.store.read([key])[key].body).terms.contents}


CONCLUDED = [("qualified", "合格", "approved"), ("basic", "基本合格", "approved"), ("unqualified", "不合格", "refused")]


@pytest.mark.parametrize(("code", "label", "status"), CONCLUDED)
def test_a_conclusion_decides_and_is_told(code: str, label: str, status: str) -> None:
    office = Office()
    answered, answer = office.decide(conclusion=code)
    told = {"code": code, "label": label}
    assert (answered, answer["status"], answer["conclusion"]) == (200, status, told)
    assert office.applicant(Action.READ_CASE)["conclusion"] == told
    assert office.applicant(Action.READ_TIMELINE)["items"][-1]["conclusion"] == told
    assert office.applicant(Action.READ_RECEIPT)["receipt"]["conclusion"] == told
    assert ("licence" in answer) is (status == "approved")
    if status == "approved":
        assert office.licence(answer["licence"])["检查结论"] == label
    assert replay(office.document()) is None


def test_an_officer_sees_what_there_is_to_conclude() -> None:
    _, task = Office().officer(Action.READ_TASK)
    assert task["conclusions"] == {
        "qualified": {"label": "合格", "approves": True},
        "basic": {"label": "基本合格", "approves": True},
        "unqualified": {"label": "不合格", "approves": False},
    }


REFUSED: list[tuple[str, dict[str, Any], list[tuple[str, str, str]], str]] = [
    (CHECK, {}, [("/conclusion", "conclusion-missing", f"请写明结论，{ALLOWED}")], "none named"),
    (
        CHECK,
        {"conclusion": "excellent"},
        [("/conclusion", "conclusion-unknown", f"没有“excellent”这个结论，{ALLOWED}")],
        "one that the matter does not have",
    ),
    (
        CHECK,
        {"approve": True},
        [
            ("/conclusion", "conclusion-missing", f"请写明结论，{ALLOWED}"),
            ("/approve", "field-unknown", "是否准予由结论决定，请删除 approve"),
        ],
        "a word that says less",
    ),
    (
        CHECK,
        {"approve": True, "conclusion": "unqualified"},
        [("/approve", "field-unknown", "是否准予由结论决定，请删除 approve")],
        "two words, which may contradict each other",
    ),
    (
        OTHER,
        {"approve": True, "conclusion": "qualified"},
        [("/conclusion", "conclusion-unknown", "这里的决定没有结论可选，请删除 conclusion，用 approve 写明是否准予")],
        "a matter that has none",
    ),
    (OTHER, {}, [("/approve", "field-missing", "approve：缺少这一项，请写明是否准予")], "nothing said at all"),
]


@pytest.mark.parametrize(("matter", "body", "problems", "why"), REFUSED, ids=[row[-1] for row in REFUSED])
def test_a_decision_that_is_none_is_refused(
    matter: str, body: dict[str, Any], problems: list[tuple[str, str, str]], why: str
) -> None:
    office = Office(matter)
    status, answer = office.decide(**body)
    assert (status, answer["code"]) == (422, "decision-invalid"), why
    assert [(place["pointer"], place["code"], place["message"]) for place in answer["errors"]] == problems
    assert load(office.services, office.case).case.status == "reviewing", "nothing was written"


def test_the_same_key_gives_the_same_answer_and_another_conclusion_another() -> None:
    office = Office()
    first = office.decide(conclusion="basic")
    assert office.decide(conclusion="basic") == first
    status, answer = office.decide(conclusion="qualified")
    assert (status, answer["code"]) == (409, "idempotency-key-reused")
    status, answer = office.decide("another", conclusion="qualified")
    assert (status, answer["code"]) == (409, "case-state")


def test_what_a_person_says_is_an_outcome() -> None:
    assert said(KNOWN, None, "good").outcome is Outcome.APPROVED
    assert said(KNOWN, None, "bad").outcome is Outcome.REFUSED
    assert said({}, approve=True, code=None) == (Outcome.APPROVED, None)
    assert said({}, approve=False, code=None) == (Outcome.REFUSED, None)
    with pytest.raises(PersonalDecisionError, match=r"没有“…”这个结论，可选：good（合格）"):
        said(KNOWN, None, "211202196102159014")


def test_a_proposal_to_set_a_licence_aside_has_no_conclusions() -> None:
    office = Office()
    _, approved = office.decide(conclusion="basic")
    services, number = office.services, approved["licence"]
    propose(services, number, "officer-1", "有新的材料", Once(services, "officer-1", "a", {}), lambda _: None)
    named = PersonalDecision(officer="officer-2", conclusion="basic", reason="查证属实")
    with pytest.raises(PersonalDecisionError, match="这里的决定没有结论可选"):
        decide_proposal(services, f"set-aside:{number}", named, Once(services, "officer-2", "b", {}), lambda _: None)
    for officer, approve in (("officer-2", False), ("officer-3", True)):
        word = PersonalDecision(officer=officer, approve=approve, reason="查证属实")
        once = Once(services, officer, "c", {"approve": approve})
        if approve:
            propose(services, number, "officer-1", "又有新的材料", Once(services, "officer-1", "d", {}), lambda _: None)
        assert decide_proposal(services, f"set-aside:{number}", word, once, lambda _: None)["approved"] is approve


FORGED: list[tuple[Callable[[dict[str, Any]], object], str, str]] = [
    (lambda receipt: receipt.update(conclusion={"code": "basic", "label": "合格"}), "/conclusion/label", "another name"),
    (lambda receipt: receipt.update(conclusion={"code": "unqualified", "label": "不合格"}), "/outcome", "another conclusion"),
    (lambda receipt: receipt.update(outcome="refused"), "/outcome", "another outcome"),
    (lambda receipt: receipt.pop("conclusion"), "/outcome", "none"),
    (lambda receipt: receipt.update(conclusion={"code": "x", "label": "x"}), "/outcome", "one that there is not"),
    (lambda receipt: receipt.update(decided_by="machine"), "/outcome", "passed off as the machine's"),
]


@pytest.mark.parametrize(("forge", "pointer", "why"), FORGED, ids=[row[-1] for row in FORGED])
def test_a_forged_conclusion_is_named(forge: Callable[[dict[str, Any]], object], pointer: str, why: str) -> None:
    office = Office()
    office.decide(conclusion="qualified")
    document = office.document()
    forge(document["receipt"])
    difference = replay({**document, "digest": digest(document["receipt"])})
    assert difference is not None, why
    assert difference.pointer == pointer


def test_a_conclusion_of_a_matter_that_has_none_is_named() -> None:
    office = Office(OTHER)
    office.decide(approve=True)
    document = office.document()
    assert "conclusion" not in document["receipt"]
    document["receipt"]["conclusion"] = QUALIFIED
    difference = replay({**document, "digest": digest(document["receipt"])})
    assert difference is not None
    assert (difference.pointer, difference.replayed) == ("/conclusion", None)


def test_who_asks_again_has_no_conclusion_meanwhile() -> None:
    office = Office()
    office.decide(conclusion="unqualified")
    answer = office.applicant(Action.TRANSFER_TO_PERSON, {})
    assert (answer["status"], answer.get("conclusion")) == ("reviewing", None)
    assert office.decide("second", conclusion="basic")[1]["conclusion"] == {"code": "basic", "label": "基本合格"}
    assert replay(office.document()) is None


def test_a_shadow_run_leaves_conclusions_to_the_person() -> None:
    office = Office()
    office.decide(conclusion="unqualified")
    body = office.services.store.read([keys.receipt(office.case, 2)])[keys.receipt(office.case, 2)].body
    found = shadow(without(), [RECEIPT.validate_json(body)], kit.edition(CHECK))
    assert (found.receipts, found.same) == (1, 1)


def changed(*swaps: tuple[str, str]) -> Edition:
    text = TEXTS["matter.yaml"]
    for old, new in swaps:
        assert old in text, f"nothing to change: {old}"
        text = text.replace(old, new, 1)
    return read_edition({**TEXTS, "matter.yaml": text}, kit.source_texts())


def without() -> Edition:
    """The annual check before its review had conclusions."""
    matter = kit.edition(CHECK).matter
    contents = tuple(line for line in matter.result.contents if line.value != "review.conclusion")
    reviewer = matter.reviewer.model_copy(update={"conclusions": {}})
    parts = {"reviewer": reviewer, "result": matter.result.model_copy(update={"contents": contents})}
    return kit.edition(CHECK).model_copy(update={"matter": matter.model_copy(update=parts)})


def test_a_matter_without_conclusions_keeps_its_text() -> None:
    """Editions that were published before there could be any keep their digest, and receipts theirs."""
    assert "conclusions" not in without().text()
    assert "conclusions" not in kit.edition().model_dump(mode="json", exclude_none=True)["matter"]["reviewer"]


MISTAKES = [
    (("{label: 合格, approves: true}", "{label: 合格}"), "reviewer.conclusions.qualified.approves 缺少这一项", "no effect"),
    (("{label: 合格,", "{label: 基本合格,"), "结论 qualified 的 label 是空的，或者与别的结论相同", "two alike"),
    (("{label: 合格,", '{label: " ",'), "结论 qualified 的 label 是空的", "a blank one"),
    (("value: review.conclusion", "value: review.result"), "检查结论 中的 review.result 没有这个字段", "a path to nothing"),
    (("holder: {code: form.uscc,", "holder: {code: review.conclusion,"), "holder 中的 review.conclusion 没有", "no holder"),
]


@pytest.mark.parametrize(("swap", "says", "why"), MISTAKES, ids=[row[-1] for row in MISTAKES])
def test_wrong_conclusions_are_told_with_their_place(swap: tuple[str, str], says: str, why: str) -> None:
    with pytest.raises(CatalogueError, match=rf"^matter.yaml：第 \d+ 行，{says}.*请"):
        pytest.fail(f"{changed(swap).digest} accepted: {why}")


def test_one_conclusion_must_approve() -> None:
    swaps = (("approves: true", "approves: false"), ("approves: true", "approves: false"))
    with pytest.raises(
        CatalogueError, match=r"^matter.yaml：第 \d+ 行，reviewer.conclusions 没有一项是 approves: true.*请核对"
    ):
        changed(*swaps)


def test_a_line_may_not_name_the_conclusion_of_a_matter_without() -> None:
    text = TEXTS["matter.yaml"]
    start, end = text.index("  conclusions:"), text.index("coordinator:")
    with pytest.raises(CatalogueError, match=r"检查结论 中的 review.conclusion 没有这个字段"):
        read_edition({**TEXTS, "matter.yaml": text[:start] + text[end:]}, kit.source_texts())


def test_a_licence_that_names_the_conclusion_is_never_without() -> None:
    examined = "title: 检查结论\n"
    texts = {**TEXTS, "conditions.yaml": TEXTS["conditions.yaml"].replace(examined, f"{examined}    {WHEN}\n", 1)}
    with pytest.raises(CatalogueError, match=r"^matter.yaml：第 \d+ 行，result 写明 review.conclusion，但机器也能准予.*请加"):
        read_edition(texts, kit.source_texts())


def test_a_condition_may_not_name_the_conclusion() -> None:
    """Nobody has concluded anything while conditions are judged."""
    needs = 'needs: [organisation.present]\n    holds: "organisation.present"'
    named = needs.replace('"organisation.present"', "\"organisation.present and review.conclusion == '合格'\"")
    assert needs in TEXTS["conditions.yaml"]
    texts = {**TEXTS, "conditions.yaml": TEXTS["conditions.yaml"].replace(needs, named, 1)}
    with pytest.raises(CatalogueError, match=r"N1 中的 review.conclusion 没有这个字段"):
        read_edition(texts, kit.source_texts())


def test_the_guide_tells_the_conclusions() -> None:
    page = guide_of(kit.edition(CHECK), "211202")
    assert page.conclusions == ("合格（准予）", "基本合格（准予）", "不合格（不予）")
    assert "| 审查结论 | 合格（准予）、基本合格（准予）、不合格（不予） |" in markdown(page)
    assert "审查结论" not in markdown(guide_of(kit.edition(), "211281"))


def test_new_conclusions_are_a_change_of_the_reviewer() -> None:
    assert "审核角色" in impact(without(), kit.edition(CHECK)).matter.changed


EXAMPLES = [
    ({"qualified": {"outcome": "refused"}}, "/expect/concluded/qualified/outcome 应为 refused，实际为 approved", "outcome"),
    (
        {"basic": {"outcome": "approved", "licence": {"检查结论": "合格"}}},
        "/expect/concluded/basic/licence/检查结论 应为 合格，实际为 基本合格",
        "a line",
    ),
    ({"excellent": {"outcome": "approved"}}, "不能运行（concluded 的 excellent 不是由人作出的结论", "no such conclusion"),
]


@pytest.mark.parametrize(("concluded", "says", "why"), EXAMPLES, ids=[row[-1] for row in EXAMPLES])
def test_an_example_goes_on_to_the_person(concluded: Any, says: str, why: str) -> None:
    example = kit.examples(CHECK)[IN_ORDER].model_dump(mode="json")
    wrong = Example.model_validate({**example, "expect": {**example["expect"], "concluded": concluded}})
    sentences = list(failures(kit.edition(CHECK), {"x.yaml": wrong}))
    assert len(sentences) == 1, why
    assert sentences[0].startswith(f"examples/x.yaml：{says}")

"""Review on the fakes: what only a person may decide is decided by one, and becomes a licence that names its holder."""

from collections.abc import Iterator
from typing import Any

import pytest

from miaoban.case.case import Case
from miaoban.decision.example import Given
from miaoban.decision.examples import merged
from miaoban.licence.errors import LicenceStateError
from miaoban.licence.licence import Licence
from miaoban.operations import keys
from miaoban.operations.licensing import licence_key
from miaoban.operations.once import Once
from miaoban.operations.review import PersonalDecision, review
from miaoban.operations.submit import Application, submit
from tests import kit

OFFICER = "officer-1"


def anyone(_: Case) -> None:
    """A permit for all: who may decide is another test's matter."""


class Desk:
    """One filing that has come to a person."""

    def __init__(self, matter: str, example: str, **changes: Any) -> None:
        self.matter, given = matter, kit.examples(matter)[example].given
        self.given = Given.model_validate(merged(given.model_dump(mode="json"), changes))
        self.services = kit.populate(kit.services(clock=kit.Clock(given.now)), self.given, matter)
        who = kit.party(self.services, (given.applicant.name, str(given.applicant.number)))
        application = Application(matter=matter, region=given.region, situation=self.given.situation, form=self.given.form)
        self.filed = submit(self.services, application, who, "filed")

    def decide(self, *, approve: bool) -> Licence | None:
        """The licence that comes of an officer's decision, if any."""
        named = next(self._named(approves=approve), None)
        decided = PersonalDecision(officer=OFFICER, approve=None if named else approve, conclusion=named, reason="已逐项审查")
        once = Once(self.services, OFFICER, "decided", {"approve": approve})
        answer = review(self.services, self.filed["case"], decided, once, anyone)
        if not answer.get("licence"):
            return None
        key = licence_key(answer["licence"])
        return Licence.read(self.services.store.read([key])[key].body)

    def _named(self, *, approves: bool) -> Iterator[str]:
        """The conclusions that do so, of a matter that has them."""
        conclusions = kit.edition(self.matter).matter.reviewer.conclusions
        return (code for code, conclusion in conclusions.items() if conclusion.approves is approves)


REVIEWED = [
    ("association-establishment", "51211202MJXX05118J", "铁岭市银州区示例摄影协会", {"活动资金": "50,000.00 元"}),
    ("service-institution-establishment", "52211202MJXX05214Q", "铁岭市银州区示例社区服务中心", {"证书种类": "法人"}),
    ("foundation-establishment", "53210000MJXX05310B", "辽宁省示例助学基金会", {"原始基金": "2,000,000.00 元"}),
    ("social-organisation-cancellation", "51211202MJXX05118J", "铁岭市银州区示例摄影协会", {"剩余财产（元）": "12,345.00 元"}),
    ("public-fundraising-qualification", "53210000MJXX05310B", "辽宁省示例助学基金会", {"法定代表人": "甄理长"}),
    (
        "social-organisation-annual-check",
        "51211202MJXX05118J",
        "铁岭市银州区示例摄影协会",
        {"检查年度": 2025, "检查结论": "合格"},
    ),
]


@pytest.mark.parametrize(("matter", "code", "name", "lines"), REVIEWED)
def test_what_a_person_grants_becomes_a_licence(matter: str, code: str, name: str, lines: dict[str, Any]) -> None:
    example = "01-non-public.yaml" if matter.startswith("foundation") else "01-in-order.yaml"
    desk = Desk(matter, example)
    assert desk.filed["status"] == "reviewing"
    licence = desk.decide(approve=True)
    assert licence is not None
    assert (licence.terms.holder.code, licence.terms.holder.name) == (code, name)
    told = {line.label: line.value for line in licence.terms.contents}
    assert {**told, **lines} == told


def test_what_a_person_refuses_becomes_none() -> None:
    assert Desk("association-establishment", "01-in-order.yaml").decide(approve=False) is None


def test_nobody_grants_a_licence_to_a_holder_that_no_source_names() -> None:
    """The reservation that gives the credit code is gone by the time the officer decides."""
    desk = Desk("association-establishment", "01-in-order.yaml")
    name = desk.given.records["social-organisation-register/name"]["own"].values
    kit.put_record(desk.services, "social-organisation-register", "name", name, withdrawn=True)
    with pytest.raises(LicenceStateError, match=r"持证主体的代码或者名称还没有数据.*请"):
        desk.decide(approve=True)
    key = keys.case(desk.filed["case"])
    assert Case.read(desk.services.store.read([key])[key].body).status == "reviewing", "nothing was written"


def test_who_must_be_examined_by_a_person_is_told_what_and_by_whom() -> None:
    desk = Desk("association-establishment", "01-in-order.yaml")
    examined = {condition.id: condition for condition in kit.edition("association-establishment").matter.conditions}
    told = {reason["condition"]: reason for reason in desk.filed["reasons"] if examined[reason["condition"]].examine}
    assert told
    for code, reason in told.items():
        assert (reason["says"], reason["effect"]) == (examined[code].says, "review")

"""The city's matters: what the folders promise beyond their examples."""

from datetime import timedelta
from pathlib import Path

import pytest

from miaoban.catalogue.matter import Result
from miaoban.catalogue.situations import select
from miaoban.decision.example import Given
from miaoban.licence.licence import Licence, LicenceStatus, series
from miaoban.operations.licensing import licence_key
from miaoban.operations.once import Once
from miaoban.operations.review import PersonalDecision, review
from miaoban.operations.services import Services, law_date
from miaoban.operations.submit import Application, submit
from tests import kit
from tools.folders import folders, texts_of

PARKING, FUND, CODE, QUERIES = "parking-filing", "housing-fund-withdrawal", "presentation-code", "mobile-queries"


def licence(found: Services, number: str) -> Licence:
    return Licence.read(found.store.read([licence_key(number)])[licence_key(number)].body)


def file(found: Services, matter: str, given: Given, key: str) -> str:
    """The number of the licence that a filing brings."""
    application = Application(matter=matter, region=given.region, situation=given.situation, form=given.form)
    return str(submit(found, application, kit.party(found), key)["licence"])


def test_parking_has_ten_situations_seventeen_materials_and_six_sources() -> None:
    edition = kit.edition(PARKING)
    (question,) = edition.matter.questions.values()
    assert (len(question.answers), len(edition.matter.materials), len(edition.sources)) == (10, 17, 6)
    assert all(material.standard for material in edition.matter.materials.values()), "each is a standard material"


def test_every_situation_of_parking_is_shown_to_be_filed_at_once() -> None:
    examples = kit.examples(PARKING).values()
    shown = {example.given.situation["lot"] for example in examples if example.expect.outcome == "approved"}
    assert shown == kit.edition(PARKING).matter.questions["lot"].answers.keys()


def test_what_is_filed_again_supersedes_what_was_filed() -> None:
    given = kit.examples(PARKING)["01-surface.yaml"].given
    found = kit.populate(kit.services(), given, PARKING)
    first, second = (file(found, PARKING, given, key) for key in ("first", "second"))
    assert select(kit.edition(PARKING).matter, given.situation).result is Result.RENEW
    assert (licence(found, first).status, licence(found, first).successor) == (LicenceStatus.SUPERSEDED, second)
    assert licence(found, second).status is LicenceStatus.VALID


def test_each_reason_reads_only_the_records_that_it_has_a_use_for() -> None:
    """Purpose limits what is looked at (个人信息保护法 art. 6): whoever retires is not asked about marriage or homes."""
    fund = kit.edition(FUND).matter
    assert select(fund, {"reason": "retire"}).records.keys() == {"person", "account", "insured"}
    assert select(fund, {"reason": "rent", "family": "single"}).records.keys() == {"person", "account", "homes", "marriage"}
    assert select(fund, {"reason": "death"}).records.keys() == {"person", "estate", "deceased"}


def test_three_of_the_six_lawful_reasons_close_the_account() -> None:
    """住房公积金管理条例 art. 24: retirement, disability, emigration; and so do death and leaving for good."""
    fund = kit.edition(FUND).matter
    reasons = fund.questions["reason"].answers.keys() - {"rent"}
    closing = {reason for reason in reasons if "closing" in select(fund, {"reason": reason}).fields}
    assert closing == {"retire", "disability", "abroad", "death", "leave"}


def test_a_code_ends_with_its_last_day() -> None:
    given = kit.examples(CODE)["01-today.yaml"].given
    found = kit.populate(kit.services(), given, CODE)
    number = file(found, CODE, given, "once")
    assert licence(found, number).status_on(given.now.date()) is LicenceStatus.VALID
    assert licence(found, number).status_on(given.now.date() + timedelta(days=1)) is LicenceStatus.EXPIRED


@pytest.mark.parametrize("folder", folders(), ids=lambda folder: folder.name)
def test_who_promises_to_delete_has_a_rule_by_which_it_is_done(folder: Path) -> None:
    promised = [text for text in texts_of(folder).values() if "自动删除" in text]
    assert bool(promised) is (kit.edition(folder.name).matter.result.erase_after is not None)


def test_a_code_that_has_ended_is_followed_by_another_and_not_by_its_next_version() -> None:
    given = kit.examples(CODE)["01-today.yaml"].given
    clock = kit.Clock(given.now)
    found = kit.populate(kit.services(clock=clock), given, CODE)
    first, renewed = (file(found, CODE, given, key) for key in ("first", "renewed"))
    clock.advance(days=1)
    tomorrow = given.model_copy(update={"form": {**given.form, "valid_until": law_date(clock.now).isoformat()}})
    after = file(found, CODE, tomorrow, "after")
    assert series(renewed) == series(first) != series(after)
    assert licence(found, renewed).successor is None


def test_one_query_does_not_supersede_another() -> None:
    medical, fund = (kit.examples(QUERIES)[name].given for name in ("01-medical.yaml", "01-fund.yaml"))
    found = kit.populate(kit.services(), medical, QUERIES)
    first, other, second = (file(found, QUERIES, given, key) for given, key in ((medical, "a"), (fund, "b"), (medical, "c")))
    assert (licence(found, first).successor, licence(found, other).status) == (second, LicenceStatus.VALID)


def test_a_query_says_nothing_of_what_was_not_asked() -> None:
    given = kit.examples(QUERIES)["01-fund.yaml"].given
    found = kit.populate(kit.services(), given, QUERIES)
    said = {line.label for line in licence(found, file(found, QUERIES, given, "once")).terms.contents if line.value is not None}
    assert said == {"查询内容", "用途", "公积金账户状态", "公积金缴存单位", "公积金缴至", "公积金余额"}


STAGES = ("construction-land-use", "construction-planning", "construction-permit", "construction-completion")


@pytest.mark.parametrize("stage", STAGES)
def test_every_stage_knows_the_ten_national_types_and_always_ends_with_a_person(stage: str) -> None:
    matter = kit.edition(stage).matter
    types = matter.questions["project"].answers
    assert list(types) == [str(number) for number in range(1, 11)]
    others = {code: next(iter(question.answers)) for code, question in matter.questions.items() if code != "project"}
    looks = {code: [c.id for c in select(matter, {"project": code, **others}).conditions if c.examine] for code in types}
    assert all(looks.values())


def test_the_stages_keep_within_the_whole_of_the_law_and_of_the_city() -> None:
    """120 working days in all (国办发〔2019〕11 号); the city promises 35 to 90 by type, and no stage passes the joint 45."""
    stages = [kit.edition(stage).matter for stage in STAGES]
    assert sum(stage.limits.promised.n for stage in stages) == 120
    assert sum(stage.limits_in("211281").promised.n for stage in stages) == 90
    assert sum(stage.limits_in("211281").promised.on({"project": "4"}).n for stage in stages) == 35
    assert all(stage.limits.statutory and stage.limits.promised.n <= stage.limits.statutory.n == 45 for stage in stages)


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_that_was_approved_is_not_approved_again(stage: str) -> None:
    given = kit.examples(stage)["01-government.yaml"].given
    found = kit.populate(kit.services(), given, stage)
    application = Application(matter=stage, region=given.region, situation=given.situation, form=given.form)
    case = submit(found, application, kit.party(found), "first")["case"]
    kit.agree(found, case)
    decided = PersonalDecision(officer="officer", approve=True, reason="已逐项审查")
    number = review(found, case, decided, Once(found, "officer", "decided", {}), lambda _: None)["licence"]
    again = submit(found, application, kit.party(found), "second")
    assert (again["status"], again["direction"]) == ("redirected", {"to": "held", "answers": {}, "licence": number})


GRANTED = [
    ("construction-land-use", "01-government.yaml", {"审批流程类型": "政府投资工程建设项目（房屋建筑类）"}),
    ("construction-planning", "01-industrial.yaml", {"本阶段事项": "设计方案审查、建设工程规划许可证"}),
    ("construction-permit", "01-government.yaml", {"项目名称": "示例学校工程"}),
    ("construction-completion", "01-government.yaml", {"牵头机关": "铁岭市住房和城乡建设局"}),
    (FUND, "02-build.yaml", {"提取原因": "建造、翻建、大修自住住房"}),
    (FUND, "08-death.yaml", {"已故缴存人的个人账号": "GJJ00000002", "提取金额": "60,000.00 元"}),
    ("enterprise-subsidy", "02-quick.yaml", {"兑现方式": "快申快享", "经审核的申报金额": "100,000.00 元"}),
]


@pytest.mark.parametrize(("matter", "example", "lines"), GRANTED)
def test_what_a_person_grants_becomes_a_licence(matter: str, example: str, lines: dict[str, str]) -> None:
    given = kit.examples(matter)[example].given
    found = kit.populate(kit.services(), given, matter)
    application = Application(matter=matter, region=given.region, situation=given.situation, form=given.form)
    case = submit(found, application, kit.party(found), "filed")
    assert case["status"] == "reviewing"
    kit.agree(found, case["case"])
    decided = PersonalDecision(officer="officer", approve=True, reason="已逐项审查")
    answer = review(found, case["case"], decided, Once(found, "officer", "decided", {}), lambda _: None)
    told = {line.label: line.value for line in licence(found, answer["licence"]).terms.contents}
    assert {**told, **lines} == told

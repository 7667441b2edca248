"""Matters compiled: situations, prefill, verification, exemption, the one-time notice and the guide."""

from itertools import product
from pathlib import Path
from typing import Any

import pytest

from benchmarks.generated import Catalogue, Size
from miaoban.catalogue.answers import MOST, key_of, named, situations_of
from miaoban.catalogue.compiled import Burden, burden, compile_edition
from miaoban.catalogue.condition import Basis, Effect
from miaoban.catalogue.errors import CatalogueError, SituationError
from miaoban.catalogue.fields import schema
from miaoban.catalogue.guidance import guide_of
from miaoban.catalogue.guide import Fee, Guide
from miaoban.catalogue.layout import Retention
from miaoban.catalogue.markdown import markdown
from miaoban.catalogue.notice import notice_of
from miaoban.catalogue.origins import Origin
from miaoban.catalogue.plans import Plan, Way, material_plan, plan_of
from miaoban.catalogue.regions import Overlay, ShorterLimits
from miaoban.catalogue.situations import select
from miaoban.identifiers import IdentifierError
from tests import kit, made
from tools.folders import edition_of, folders

OWN = {"kind": "first", "subject": "enterprise", "storage": "own"}
LEASE = {**OWN, "storage": "lease"}
PERSON = {"kind": "first", "subject": "person"}
LATER = {"n": 10, "unit": "working-day", "start": "submission"}


@pytest.fixture
def plan() -> Plan:
    return plan_of(kit.edition(), OWN)


def test_the_situations_are_exactly_those_that_can_be_answered() -> None:
    matter = kit.edition().matter
    given = [[None, *question.answers] for question in matter.questions.values()]
    possible = []
    for answers in product(*given):
        chosen = {code: answer for code, answer in zip(matter.questions, answers, strict=True) if answer is not None}
        try:
            select(matter, chosen)
        except SituationError:
            continue
        possible.append(chosen)
    assert sorted(map(key_of, situations_of(matter))) == sorted(map(key_of, possible))
    assert len(possible) == 10


def test_an_answer_that_takes_an_earlier_question_back_makes_no_situation() -> None:
    questions = {"a": made.question("x", "y", when="situation.b != 'q'"), "b": made.question("p", "q")}
    found = situations_of(made.edition(questions=questions).matter)
    assert [key_of(answers) for answers in found] == ["a=x&b=p", "a=y&b=p"]


def test_more_situations_than_a_guide_can_carry_are_refused() -> None:
    questions = {f"q{number}": made.question("yes", "no") for number in range(9)}
    with pytest.raises(CatalogueError, match=f"超过 {MOST} 种情形，请减少问题"):
        situations_of(made.edition(questions=questions).matter)
    assert len(situations_of(made.edition(questions=dict(list(questions.items())[:8])).matter)) == 256


def test_a_matter_without_questions_has_one_situation() -> None:
    found = made.edition(questions={}, fields={}, materials={}, conditions=()).matter
    assert [named(found, answers) for answers in situations_of(found)] == ["不分情形"]


PREFILL = [
    ("enterprise_name", Origin(source="legal-person-base", name="法人基础信息库", kind="enterprise", field="name"), "a record"),
    ("agent_number", Origin(source="applicant", name="实名身份", kind="identity", field="number"), "who is logged in"),
    ("contact_phone", None, "typed by hand"),
]


@pytest.mark.parametrize(("code", "origin", "reason"), PREFILL, ids=[row[-1] for row in PREFILL])
def test_each_field_says_what_it_is_prefilled_from(plan: Plan, code: str, origin: Origin | None, reason: str) -> None:
    assert next(field for field in plan.form.fields if field.code == code).prefill == origin, reason


def test_the_form_is_that_of_the_situation(plan: Plan) -> None:
    fields = select(kit.edition().matter, OWN).fields
    assert plan.form.json_schema == schema(fields)
    assert [field.code for field in plan.form.fields] == list(fields)
    assert "lease_contract" not in fields


UNPROVEN = "没有记录或者超过 30 天未更新的不作结论"
PROVEN = "没有记录即视为没有；数源超过 30 天没有消息的"
WAITS = "等待 1 个工作日，仍无数据的转人工核查"
SILENT = [
    ("C1", "legal-person-base", f"{UNPROVEN}，{WAITS}", "absence proves nothing"),
    ("C7", "enterprise-authorisations", f"{PROVEN}，{WAITS}", "no record is none"),
    ("C5", "legal-person-base", f"{UNPROVEN}，不等待，照常办理并告知监察", "a hint holds nothing up"),
]


@pytest.mark.parametrize(("code", "source", "silent", "reason"), SILENT, ids=[row[-1] for row in SILENT])
def test_what_happens_when_a_source_is_silent(plan: Plan, code: str, source: str, silent: str, reason: str) -> None:
    found = next(found for found in plan.verification if found.condition == code)
    assert {asked.origin.source: asked.silent for asked in found.asked}[source] == silent, reason


def test_a_condition_asks_the_sources_of_all_that_it_needs(plan: Plan) -> None:
    found = next(found for found in plan.verification if found.condition == "C7")
    assert found.needs == ("applicant.number", "enterprise.legal_representative_number", "authority.present")
    assert [asked.origin.source for asked in found.asked] == ["legal-person-base", "enterprise-authorisations"]
    local = next(found for found in plan.verification if found.condition == "C8")
    assert (local.asked, local.otherwise, local.by_person) == ((), Effect.REDIRECT, False)


WAYS: list[tuple[dict[str, Any], Way, str]] = [
    ({"record": "enterprise"}, Way.SPARED, "a source holds it"),
    ({"record": "applicant"}, Way.SPARED, "who is logged in is known"),
    ({"record": "enterprise", "necessity": "3"}, Way.SPARED, "what is spared need not come later either"),
    ({"fields": ["contact_phone"]}, Way.CARRIED, "the form carries it"),
    ({"fields": ["lease_contract"]}, Way.HANDED, "a file's digest is no substitute for the file"),
    ({"fields": ["contact_phone", "lease_contract"]}, Way.HANDED, "one file is enough to hand in"),
    ({}, Way.HANDED, "nothing else gives it"),
    ({"necessity": "3", "later": LATER}, Way.LATER, "tolerant acceptance"),
    ({"record": "nobody"}, Way.HANDED, "a record that the matter does not have spares nothing"),
]


@pytest.mark.parametrize(("given", "way", "reason"), WAYS, ids=[row[-1] for row in WAYS])
def test_how_a_material_is_met(given: dict[str, Any], way: Way, reason: str) -> None:
    assert material_plan(kit.edition(), "m", made.material("某材料", **given)).way is way, reason


def test_the_burden_of_the_grain_filing() -> None:
    found = burden(kit.edition())
    assert found == Burden(before=7, spared=4, carried=2, handed=1, later=0)
    assert found.after == 1


def test_parts_planned_once_are_those_of_every_situation() -> None:
    for edition in (kit.edition(), *Catalogue(Size(4, 16, 20, 30, 12)).editions()):
        compiled = compile_edition(edition)
        assert [plan_of(edition, plan.answers) for plan in compiled.plans] == list(compiled.plans)


def test_the_notice_tells_everything_once() -> None:
    notice = notice_of(kit.edition(), LEASE)
    assert [part.name for part in notice.bring] == ["仓房租赁合同"]
    assert {part.name: part.because for part in notice.spared}["营业执照"] == "以法人基础信息库核验"
    assert "联系电话" in notice.fill
    assert "企业名称" not in notice.fill, "prefilled"
    assert notice.promise == ("承诺备案信息真实",)
    cures = {part.condition: part.cure for part in notice.requirements}
    assert cures.keys() == {found.id for found in select(kit.edition().matter, LEASE).conditions}
    told = "".join(notice.sentences)
    assert all(cure in told for cure in cures.values())
    assert "租赁仓房" in notice.sentences[0]
    assert "请提交：仓房租赁合同（非必要）。" in notice.sentences


def test_the_notice_of_a_situation_that_leads_elsewhere_asks_for_nothing() -> None:
    notice = notice_of(kit.edition(), PERSON)
    assert notice.barred == "自然人和粮食经纪人收购粮食，国家条例不要求备案。"
    assert notice.sentences[1:] == (notice.barred,)


def test_what_may_come_later_says_when_and_what_happens_otherwise() -> None:
    later = made.edition(materials={"plan": made.material("平面图", necessity="3", later=LATER)})
    notice = notice_of(later, OWN)
    assert (notice.bring, [part.later for part in notice.later]) == ((), ["10 个工作日"])
    assert "平面图可以在受理后 10 个工作日内补交，逾期未补的视为撤回申请。" in notice.sentences


def test_a_notice_needs_every_answer() -> None:
    with pytest.raises(SituationError, match="请回答“粮食存放在哪里？”"):
        notice_of(kit.edition(), {"kind": "first", "subject": "enterprise"})


def test_the_guide_of_a_county() -> None:
    page = guide_of(kit.edition(), "211281")
    assert page.organ is not None
    assert (page.organ.name, page.type_name, page.case_type) == ("调兵山市发展和改革局", "其他行政权力", "即办件")
    assert (page.implementation_code, page.item_code) == (
        "11211281MBXX0006X24211098009001",
        "11211281MBXX0006X2421109800900101",
    )
    assert "《粮食流通管理条例》第九条" in page.basis
    assert (page.limits.promised, page.limits.review) == ("即时", "3 个工作日")
    assert [(part.before, part.after) for part in page.situations][:2] == [(6, 0), (7, 1)]
    assert [part.barred is not None for part in page.situations].count(True) == 3, "natural persons"
    lease = next(part for part in page.materials if part.code == "lease-contract")
    assert (lease.how, lease.situations) == ("提交", (2, 6))


RETENTION = [
    (True, 7, "有效期届满 7 日后自动删除，没有发证的自办结起算（《示例法》第一条；示例）", "counted from the last day"),
    (True, 0, "有效期届满的次日自动删除，没有发证的自办结起算（《示例法》第一条；示例）", "at once"),
    (False, 30, "办结 30 日后自动删除（《示例法》第一条；示例）", "a result without an end"),
    (False, None, "按照档案管理规定保存", "nothing said"),
]


@pytest.mark.parametrize(("ends", "days", "says", "reason"), RETENTION)
def test_the_guide_says_when_data_is_deleted(ends: bool, days: int | None, says: str, reason: str) -> None:  # noqa: FBT001  a column
    rule = None if days is None else Retention(days=days, basis=Basis(law="示例法", article="第一条"), source="示例")
    changes = {"erase_after": rule, "valid_until": "form.date" if ends else None}
    page = guide_of(made.edition(result=kit.edition().matter.result.model_copy(update=changes)), "211281")
    assert page.retention == says, reason
    assert f"| 数据保存 | {says} |" in markdown(page)


def test_a_region_without_an_organ_says_whom_to_ask() -> None:
    page = guide_of(kit.edition(), "370700")
    assert (page.organ, page.implementation_code, page.places) == (None, None, ())
    assert page.note == "该区划没有登记受理机关，请联系铁岭市发展和改革委员会"
    assert "—" in markdown(page)


def test_what_is_no_region_is_refused() -> None:
    with pytest.raises(IdentifierError):
        guide_of(kit.edition(), "2112")


def test_a_regions_shorter_limit_stands_in_its_guide() -> None:
    review = kit.edition().matter.limits.review.model_copy(update={"n": 1})
    regions = {**kit.edition().matter.regions, "211281": Overlay(limits=ShorterLimits(review=review))}
    found = made.edition(regions=regions)
    assert guide_of(found, "211281").limits.review == "1 个工作日"
    assert guide_of(found, "211282").limits.review == "3 个工作日"


@pytest.mark.parametrize("folder", folders(), ids=lambda folder: folder.name)
def test_every_shipped_matter_has_its_guide_and_the_notice_of_each_situation(folder: Path) -> None:
    edition = edition_of(folder)
    page = guide_of(edition, "211281")
    assert page.organ is not None, "every matter is received somewhere above this county, or in it"
    assert page.burden.before == len(edition.matter.materials)
    assert markdown(page).startswith(f"# {edition.matter.name}")
    for plan in compile_edition(edition).plans:
        assert notice_of(edition, plan.answers).sentences


def test_what_a_region_sets_for_itself_stands_in_its_guide_and_the_default_with_its_source() -> None:
    edition = kit.edition("parking-filing")
    told = {rule.label: (rule.value, rule.source) for rule in guide_of(edition, "211200").rules}
    default = edition.matter.parameters["file_days_before"]
    assert told[default.label] == (default.value, default.source)
    own = edition.matter.regions["211200"].model_copy(update={"parameters": {"file_days_before": 15}})
    changed = edition.matter.model_copy(update={"regions": {**edition.matter.regions, "211200": own}})
    here = guide_of(edition.model_copy(update={"matter": changed}), "211200")
    assert {rule.label: (rule.value, rule.source) for rule in here.rules}[default.label] == (15, "本地规定")
    assert f"| {default.label} | 15 | 本地规定 |" in markdown(here)


def test_the_guide_as_markdown_has_every_section() -> None:
    fee = Fee(name="证书工本费", fen=1050, basis="某规定")
    text = markdown(guide_of(made.edition(guide=Guide(fees=(fee,), visits=1, channels=("1",))), "211281"))
    sections = ["基本信息", "设定依据", "办理情形", "申请材料", "办理流程", "收费", "办理地点"]
    assert [line.removeprefix("## ") for line in text.splitlines() if line.startswith("## ")] == sections
    assert "证书工本费：10.50 元（某规定）" in text
    assert "窗口办理，到现场 1 次。" in text
    assert "共 7 项：免于提交 4 项，在线填写 2 项，仍需提交 1 项。" in text
    assert "不收费。" in markdown(guide_of(kit.edition(), "211281"))

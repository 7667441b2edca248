"""The twelve conditions C1 to C12 of a grain purchase filing, in plain Python."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, NamedTuple

from benchmarks.peer.forms import Grain, GrainFiling, Outcome, Warehouse, WarehouseKind

ORGANS: Final = {"211281": "调兵山市粮食和储备局", "211282": "开原市粮食和储备局"}
NEEDS_NO_FILING: Final = frozenset({Grain.SOY, Grain.OILSEED})
ACTIVE: Final = frozenset({"存续", "在业", "开业"})
GONE: Final = frozenset({"注销", "吊销", "吊销未注销", "撤销"})
SCOPE: Final = re.compile("粮食收购|粮食销售|谷物")
TONNES_PER_M3: Final = 0.75
FILLED: Final = {WarehouseKind.FLAT_BULK: 0.93, WarehouseKind.FLAT_PACKED: 0.70, WarehouseKind.SILO: 1.0}
TOLERANCE: Final = 0.20


@dataclass(frozen=True, slots=True)
class LegalPerson:
    """What the legal person register says of an enterprise."""

    name: str
    entity_type: str
    status: str
    scope: str
    legal_representative: str
    legal_pseudonym: str
    registered_address: str
    sha256: str
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Records:
    """The departments' records that decide: register, agent authorisation, abnormal list, earlier filing; and who asks."""

    person: LegalPerson | None
    authorised_until: date | None
    abnormal: bool
    filed: bool
    agent: str


NOTHING: Final = Records(person=None, authorised_until=None, abnormal=False, filed=False, agent="")


class Basis(NamedTuple):
    """An article of a law."""

    law: str
    article: str


class Failure(NamedTuple):
    """Why a condition does not hold: its effect (an outcome, or a flag) and the sentence for the applicant."""

    effect: str
    says: str


class Verdict(NamedTuple):
    """A condition's id, its basis in law, and its failure if it does not hold."""

    condition: str
    basis: Basis
    failure: Failure | None


FLAG: Final = "flag"
Rule = Callable[[GrainFiling, LegalPerson, Records, date], Failure | None]


def same(left: str, right: str) -> bool:
    """Compare two names after width, case and blank folding."""
    return _folded(left) == _folded(right)


def _folded(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def _names_agree(form: GrainFiling, person: LegalPerson, _: Records, __: date) -> Failure | None:
    if same(form.enterprise_name, person.name) and same(form.legal_representative, person.legal_representative):
        return None
    return Failure(Outcome.REVIEW, "填报的企业名称或法定代表人与登记信息不一致，转人工核对")


def _active(_: GrainFiling, person: LegalPerson, __: Records, ___: date) -> Failure | None:
    if person.status in ACTIVE:
        return None
    if person.status in GONE:
        return Failure(Outcome.REFUSED, f"企业登记状态为{person.status}，备案主体不存在")
    return Failure(Outcome.REVIEW, f"企业登记状态为{person.status}，转人工核对")


def _is_enterprise(form: GrainFiling, person: LegalPerson, _: Records, __: date) -> Failure | None:
    if person.entity_type == "91" and not NEEDS_NO_FILING.issuperset(form.grains):
        return None
    return Failure(Outcome.REDIRECTED, "非企业主体或只收购大豆、油料的，无需备案")


def _scope_covers(_: GrainFiling, person: LegalPerson, __: Records, ___: date) -> Failure | None:
    return None if SCOPE.search(person.scope) else Failure(FLAG, "经营范围未见粮食收购，请及时办理变更登记")


def _not_abnormal(_: GrainFiling, __: LegalPerson, records: Records, ___: date) -> Failure | None:
    return Failure(FLAG, "企业在经营异常名录中，已告知监管部门") if records.abnormal else None


def _agent_entitled(_: GrainFiling, person: LegalPerson, records: Records, today: date) -> Failure | None:
    if records.agent == person.legal_pseudonym:
        return None
    if records.authorised_until is not None and records.authorised_until >= today:
        return None
    return Failure(Outcome.CORRECTION, "请补充法定代表人对经办人的授权委托书")


def _organ_competent(form: GrainFiling, _: LegalPerson, __: Records, ___: date) -> Failure | None:
    return None if form.county in ORGANS else Failure(Outcome.REDIRECTED, "请向收购地县级粮食和储备部门备案")


def _not_filed(_: GrainFiling, __: LegalPerson, records: Records, ___: date) -> Failure | None:
    return Failure(Outcome.REDIRECTED, "该企业在本县已备案，请办理变更备案") if records.filed else None


def _deviates(warehouse: Warehouse) -> bool:
    filled = FILLED.get(warehouse.kind)
    if filled is None:
        return False
    expected = warehouse.area_m2 * warehouse.grain_height_m * TONNES_PER_M3 * filled
    return abs(warehouse.capacity_t - expected) > TOLERANCE * expected


def _capacity_plausible(form: GrainFiling, _: LegalPerson, __: Records, ___: date) -> Failure | None:
    codes = [warehouse.code for warehouse in form.warehouses if _deviates(warehouse)]
    return Failure(FLAG, f"仓房{'、'.join(codes)}申报仓容与测算偏差超过20%") if codes else None


def _leases_run(form: GrainFiling, _: LegalPerson, __: Records, today: date) -> Failure | None:
    codes = [item.code for item in form.warehouses if item.lease_until is not None and item.lease_until <= today]
    return Failure(FLAG, f"仓房{'、'.join(codes)}租期已满") if codes else None


def _inside_county(form: GrainFiling, _: LegalPerson, __: Records, ___: date) -> Failure | None:
    codes = [warehouse.code for warehouse in form.warehouses if warehouse.county != form.county]
    return Failure(FLAG, f"仓房{'、'.join(codes)}不在收购地县内") if codes else None


C1: Final = ("C1", Basis("粮食流通管理条例", "第9条"))
RULES: Final[tuple[tuple[str, Basis, Rule], ...]] = (
    ("C2", Basis("粮食流通管理条例", "第9条"), _names_agree),
    ("C3", Basis("粮食流通管理条例", "第9条"), _active),
    ("C4", Basis("粮食流通管理条例", "第54条、第55条"), _is_enterprise),
    ("C5", Basis("粮食流通管理条例", "第9条"), _scope_covers),
    ("C6", Basis("企业信息公示暂行条例", "第17条"), _not_abnormal),
    ("C7", Basis("民法典", "第165条"), _agent_entitled),
    ("C8", Basis("粮食流通管理条例", "第9条"), _organ_competent),
    ("C9", Basis("粮食流通管理条例", "第9条"), _not_filed),
    ("C10", Basis("粮食流通管理条例", "第13条"), _capacity_plausible),
    ("C11", Basis("粮食流通管理条例", "第13条"), _leases_run),
    ("C12", Basis("粮食流通管理条例", "第9条"), _inside_county),
)
SEVERITY: Final = (Outcome.REFUSED, Outcome.REDIRECTED, Outcome.CORRECTION, Outcome.REVIEW)


def evaluate(form: GrainFiling, records: Records, today: date) -> list[Verdict]:
    """Return the verdict of every condition; without a register record only C1 can be told."""
    if records.person is None:
        return [Verdict(*C1, Failure(Outcome.REFUSED, "法人基础信息库查无此统一社会信用代码，请核对"))]
    person = records.person
    others = [Verdict(name, basis, rule(form, person, records, today)) for name, basis, rule in RULES]
    return [Verdict(*C1, None), *others]


def outcome_of(verdicts: list[Verdict]) -> Outcome:
    """Return the gravest outcome; flags approve."""
    effects = {verdict.failure.effect for verdict in verdicts if verdict.failure is not None}
    return next((outcome for outcome in SEVERITY if outcome in effects), Outcome.APPROVED)

"""The one-time notice (一次性告知, 行政许可法 art. 32): everything to bring for a situation, and what else must hold."""

from collections.abc import Iterator, Mapping

from miaoban.catalogue.answers import Answers, named
from miaoban.catalogue.codes import CLASSES, NECESSITIES, cited, duration, otherwise, word
from miaoban.catalogue.condition import Condition, Effect
from miaoban.catalogue.fields import FieldType
from miaoban.catalogue.plans import FieldPlan, MaterialPlan, Plan, Way, plan_of
from miaoban.catalogue.publication import Edition
from miaoban.catalogue.situations import select
from miaoban.catalogue.verifying import ConditionPlan
from miaoban.models import Frozen


class Bring(Frozen):
    """A material to hand in, with what to know of it."""

    code: str
    name: str
    necessity: str
    class_name: str
    later: str | None = None


class Spared(Frozen):
    """A material that need not be handed in, and why."""

    code: str
    name: str
    because: str


class Requirement(Frozen):
    """What must hold, on which article, what happens otherwise, and the cure."""

    condition: str
    title: str
    basis: str
    otherwise: str
    cure: str


class Notice(Frozen):
    """The notice of one situation: what to bring now, what later, what not, what to fill in, what must hold; and as text.

    `limit` is the time promised everywhere; a region may promise less.
    `barred` says why nothing is to be brought at all: the answers alone lead elsewhere.
    """

    matter: str
    matter_name: str
    situation: Mapping[str, str]
    situation_name: str
    limit: str
    barred: str | None = None
    bring: tuple[Bring, ...]
    later: tuple[Bring, ...]
    spared: tuple[Spared, ...]
    fill: tuple[str, ...]
    promise: tuple[str, ...]
    requirements: tuple[Requirement, ...]
    sentences: tuple[str, ...]


def notice_of(edition: Edition, answers: Answers) -> Notice:
    """The notice of a situation; raises SituationError listing the questions that are open or answered wrongly."""
    plan = plan_of(edition, answers)
    conditions = {condition.id: condition for condition in edition.matter.conditions}
    notice = Notice(
        matter=edition.matter.code,
        matter_name=edition.matter.name,
        situation=plan.answers,
        situation_name=named(edition.matter, plan.answers),
        limit=duration(select(edition.matter, answers).limits(edition.matter.limits, {}).promised),
        barred=plan.barred,
        bring=tuple(map(_bring, plan.met(Way.HANDED))),
        later=tuple(map(_bring, plan.met(Way.LATER))),
        spared=tuple(map(_spared, plan.met(Way.SPARED, Way.CARRIED))),
        fill=tuple(field.label for field in plan.form.fields if _typed(field)),
        promise=tuple(field.label for field in plan.form.fields if field.type is FieldType.PROMISE),
        requirements=tuple(_requirement(found, conditions[found.condition]) for found in plan.verification),
        sentences=(),
    )
    return notice.model_copy(update={"sentences": tuple(_sentences(notice, plan))})


def _typed(field: FieldPlan) -> bool:
    """Whether a person fills the field in: files are handed in, promises are given, and prefill is only confirmed."""
    return field.prefill is None and field.type not in {FieldType.DIGEST, FieldType.PROMISE}


def _bring(material: MaterialPlan) -> Bring:
    return Bring(
        code=material.code,
        name=material.name,
        necessity=word(NECESSITIES, material.necessity),
        class_name=word(CLASSES, material.class_),
        later=material.later,
    )


def _spared(material: MaterialPlan) -> Spared:
    carried = f"填写“{'、'.join(material.fields)}”即可"
    because = f"以{material.origin.name}核验" if material.origin else carried
    return Spared(code=material.code, name=material.name, because=because)


def _requirement(found: ConditionPlan, condition: Condition) -> Requirement:
    return Requirement(
        condition=found.condition,
        title=found.title,
        basis=cited(found.basis),
        otherwise=otherwise(condition),
        cure=condition.cure,
    )


def _sentences(notice: Notice, plan: Plan) -> Iterator[str]:
    """The notice as it is read out, one sentence a line."""
    yield f"办理“{notice.matter_name}”，情形：{notice.situation_name}。"
    if notice.barred:
        yield notice.barred
        return
    yield _listed("请提交", (f"{part.name}（{part.necessity}）" for part in notice.bring)) or "不需要提交材料。"
    yield from (f"{part.name}可以在受理后 {part.later or '约定期限'}内补交，逾期未补的视为撤回申请。" for part in notice.later)
    yield from (f"{part.name}免于提交，{part.because}。" for part in notice.spared)
    yield from filter(None, (_listed("请填写", notice.fill), _listed("请确认", notice.promise)))
    yield f"承诺办结时限：{notice.limit}。"
    waits = (found for found in plan.verification if found.otherwise is not Effect.FLAG)
    silent = dict.fromkeys((asked.origin.name, asked.silent) for found in waits for asked in found.asked)
    yield from (f"{name}：{then}。" for name, then in silent)
    yield from (f"应当：{part.title}（{part.basis}）；不符合的，{part.otherwise}。{part.cure}" for part in notice.requirements)


def _listed(verb: str, names: Iterator[str] | tuple[str, ...]) -> str:
    listed = "、".join(names)
    return f"{verb}：{listed}。" if listed else ""

"""Situations (情形): the answers that select a matter's fields, materials and conditions."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from miaoban.catalogue.condition import Basis, Condition
from miaoban.catalogue.errors import Problem, SituationError
from miaoban.catalogue.expressions import holds
from miaoban.catalogue.fields import Field
from miaoban.catalogue.items import Item, chosen, ends
from miaoban.catalogue.matter import Material, Matter, Question, RecordUse, Result
from miaoban.catalogue.problems import quoted
from miaoban.catalogue.regions import Limits, Varying
from miaoban.catalogue.tables import Table

Part = TypeVar("Part", Field, RecordUse, Material, Condition, Item)


@dataclass(frozen=True, eq=False)
class Situation:
    """What a matter asks of one set of answers, and what approval does to the licence; each condition with its basis there."""

    answers: Mapping[str, str]
    result: Result
    fields: Mapping[str, Field]
    materials: Mapping[str, Material]
    conditions: tuple[Condition, ...]
    records: Mapping[str, RecordUse]
    tables: Mapping[str, Table] = field(default_factory=dict)
    items: Mapping[str, Item] = field(default_factory=dict)

    def limits(self, limits: Limits, form: Mapping[str, Any]) -> Limits:
        """What the matter's limits come to here: those of the answers, and no longer than the items asked for take."""
        asked = ends(chosen(self.items, form), self.answers).values()
        told = {name: limit.on(self.answers) for name, limit in limits if isinstance(limit, Varying)}
        for name in ("promised", "review") if asked else ():
            told[name] = told[name].model_copy(update={"n": min(told[name].n, max(asked))})
        return limits.model_copy(update=told)


def select(matter: Matter, answers: Mapping[str, str]) -> Situation:
    """Select what the answers ask for; raises SituationError listing every answer that is missing, unknown or not asked."""
    asked = _asked(matter, answers)
    problems = [*_missing(asked, answers), *_unknown(asked, answers)]
    if problems:
        raise SituationError(problems)
    roots = {"situation": {**dict.fromkeys(matter.questions), **answers}}
    return Situation(
        answers=dict(answers),
        result=_result(matter, answers),
        fields=_applicable(matter.fields, roots),
        materials=_applicable(matter.materials, roots),
        conditions=tuple(_based(condition, roots) for condition in matter.conditions if _applies(condition.when, roots)),
        records=_applicable(matter.records, roots),
        tables=matter.tables,
        items=_applicable(matter.items, roots),
    )


def _asked(matter: Matter, answers: Mapping[str, str]) -> dict[str, Question]:
    roots = {"situation": {**dict.fromkeys(matter.questions), **answers}}
    return {code: question for code, question in matter.questions.items() if _applies(question.when, roots)}


def _applies(when: str | None, roots: Mapping[str, Any]) -> bool:
    return when is None or holds(when, roots)


def _based(condition: Condition, roots: Mapping[str, Any]) -> Condition:
    """The condition with the bases that apply in the situation, which then stand without their `when`."""
    if not any(basis.when is not None for basis in condition.basis):
        return condition
    here = (basis for basis in condition.basis if _applies(basis.when, roots))
    return condition.model_copy(update={"basis": tuple(Basis(law=basis.law, article=basis.article) for basis in here)})


def _applicable(parts: Mapping[str, Part], roots: Mapping[str, Any]) -> dict[str, Part]:
    return {code: part for code, part in parts.items() if _applies(getattr(part, "when", None), roots)}


def _missing(asked: Mapping[str, Question], answers: Mapping[str, str]) -> list[Problem]:
    return [
        Problem(pointer=f"/situation/{code}", code="answer-missing", message=f"请回答“{question.label}”")
        for code, question in asked.items()
        if code not in answers
    ]


def _unknown(asked: Mapping[str, Question], answers: Mapping[str, str]) -> list[Problem]:
    return [
        Problem(pointer=f"/situation/{code}", code="answer-unknown", message=_choices(asked.get(code), answer))
        for code, answer in answers.items()
        if code not in asked or answer not in asked[code].answers
    ]


def _choices(question: Question | None, answer: str) -> str:
    if question is None:
        return "本情形不问这个问题，请删除该项"
    return f"“{question.label}”没有“{quoted(answer)}”这个选项，可选：{'、'.join(question.answers)}"


def _result(matter: Matter, answers: Mapping[str, str]) -> Result:
    chosen = (matter.questions[code].answers[answer].effect for code, answer in answers.items())
    return next((effect for effect in chosen if effect is not None), Result.ISSUE)

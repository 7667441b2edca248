"""Checking a matter for circles: questions that wait for each other, and redirects that lead back to where they came from."""

from collections.abc import Iterator, Mapping
from itertools import product
from math import prod
from typing import Any, Final

from miaoban.catalogue.condition import Condition
from miaoban.catalogue.errors import CatalogueError, ExpressionError, SituationError
from miaoban.catalogue.expressions import holds, paths
from miaoban.catalogue.fields import FieldType
from miaoban.catalogue.matter import Matter
from miaoban.catalogue.situations import Situation, select

_MOST_SITUATIONS: Final = 2000
_MOST_FACTS: Final = 6
"""Beyond these, circles of redirects are not looked for: they cost an applicant a form, and never a wrong decision."""

Answers = tuple[tuple[str, str], ...]
Way = tuple[Condition, ...]
Steps = Mapping[Answers, list[tuple[Condition, Answers]]]


def check_cycles(matter: Matter) -> None:
    """Raise CatalogueError for the first circle."""
    _check_questions(matter)
    _check_redirects(matter)


def _check_questions(matter: Matter) -> None:
    waits = {code: _asked(question.when) & matter.questions.keys() for code, question in matter.questions.items()}
    while free := [code for code, others in waits.items() if not others & waits.keys()]:
        waits = {code: others for code, others in waits.items() if code not in free}
    if waits:
        names = "、".join(waits)
        sentence = f"{names} 的 when 互相引用，谁也不会被问到，请去掉其中一个"
        raise CatalogueError(sentence, "materials.yaml", ("questions", next(iter(waits)), "when"))


def _asked(when: str | None) -> set[str]:
    return {path.removeprefix("situation.") for path in paths(when)} if when else set()


def _check_redirects(matter: Matter) -> None:
    steps = {answers: _steps(matter, situation) for answers, situation in _situations(matter).items()}
    for start in steps:
        for circle in _circles(matter, steps, start, (start, ())):
            names = "、".join(dict.fromkeys(condition.id for condition in circle))
            sentence = f"{names} 的 redirect 会把申请人送回原来的情形，请改正其中一个的条件或者去向"
            raise CatalogueError(sentence, "conditions.yaml", (circle[-1].id, "redirect"))


def _situations(matter: Matter) -> dict[Answers, Situation]:
    """Every situation by its answers, if they are not too many."""
    if not any(_leads_on(condition) for condition in matter.conditions):
        return {}
    choices = [(None, *question.answers) for question in matter.questions.values()]
    if prod(map(len, choices)) > _MOST_SITUATIONS:
        return {}
    found: dict[Answers, Situation] = {}
    for chosen in product(*choices):
        answers = {code: answer for code, answer in zip(matter.questions, chosen, strict=True) if answer is not None}
        try:
            found[tuple(sorted(answers.items()))] = select(matter, answers)
        except SituationError:
            continue
    return found


def _leads_on(condition: Condition) -> bool:
    return condition.redirect is not None and condition.redirect.to == "situation"


def _steps(matter: Matter, situation: Situation) -> list[tuple[Condition, Answers]]:
    """Where each redirect sends: to the same answers, some changed, those left out that are then not asked."""
    return [
        (condition, after(matter, {**situation.answers, **condition.redirect.answers}))
        for condition in situation.conditions
        if condition.redirect is not None and _leads_on(condition)
    ]


def after(matter: Matter, answers: Mapping[str, str]) -> Answers:
    """The answers of a situation once some were changed: those stay that are still asked for."""
    roots = {"situation": {**dict.fromkeys(matter.questions), **answers}}
    kept = {code: answer for code, answer in answers.items() if _still(matter, code, roots)}
    return tuple(sorted(kept.items()))


def _still(matter: Matter, code: str, roots: Mapping[str, Any]) -> bool:
    when = matter.questions[code].when
    return when is None or holds(when, roots)


def _circles(matter: Matter, steps: Steps, start: Answers, gone: tuple[Answers, Way]) -> Iterator[Way]:
    """The ways from a situation back to itself on which the same facts can make every condition false."""
    here, way = gone
    for condition, there in steps.get(here, ()):
        further = (*way, condition)
        if condition in way or not together(matter, further):
            continue
        if there == start:
            yield further
        else:
            yield from _circles(matter, steps, start, (there, further))


def together(matter: Matter, conditions: tuple[Condition, ...]) -> bool | None:
    """Whether some facts make all of the conditions false: one alone always can be, more are told where all asks yes or no.

    None where that cannot be told.
    """
    if len(conditions) == 1:
        return True
    expressions = [condition.holds for condition in conditions if condition.holds is not None]
    if len(expressions) < len(conditions):
        return None
    named = sorted({path for expression in expressions for path in paths(expression)})
    if len(named) > _MOST_FACTS or not all(_yes_or_no(matter, path) for path in named):
        return None
    return any(not any(_holds(expression, facts) for expression in expressions) for facts in _facts(named))


def _yes_or_no(matter: Matter, path: str) -> bool:
    root, _, word = path.partition(".")
    field = matter.fields.get(word) if root == "form" else None
    return word == "present" if field is None else field.type is FieldType.BOOLEAN


def _facts(named: list[str]) -> Iterator[dict[str, Any]]:
    for truths in product((True, False), repeat=len(named)):
        roots: dict[str, Any] = {}
        for path, truth in zip(named, truths, strict=True):
            root, _, word = path.partition(".")
            roots.setdefault(root, {})[word] = truth
        yield roots


def _holds(expression: str, roots: Mapping[str, Any]) -> bool:
    try:
        return holds(expression, roots)
    except ExpressionError:
        return True

"""Checking what matters say of each other: a redirect goes to a matter that is there, and nobody is led in a circle.

An applicant answers the other matter's questions himself, but for those that the redirect answers: any of the situations
that remain is where he may arrive, and any redirect that may be false there leads him on.
"""

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from typing import Final, NamedTuple

from miaoban.catalogue.answers import situations_of
from miaoban.catalogue.checking_cycles import after, together
from miaoban.catalogue.condition import Condition, Redirect
from miaoban.catalogue.errors import CatalogueError, ExpressionError
from miaoban.catalogue.expressions import holds, paths
from miaoban.catalogue.matter import Matter
from miaoban.catalogue.places import CONDITIONS
from miaoban.catalogue.spelling import meant

Known = Callable[[str], Matter | None]
"""The matter of a code, where it may be redirected to; None for one that nobody could apply for."""
LEADING: Final = frozenset({"matter", "situation"})
"""The redirects after which an applicant stands before another form."""


class Step(NamedTuple):
    """A redirect on the way of an applicant."""

    matter: Matter
    condition: Condition

    @property
    def key(self) -> tuple[str, str]:
        """What tells it from every other."""
        return self.matter.code, self.condition.id


def faults_between(matter: Matter, known: Known) -> Iterator[CatalogueError]:
    """Everything that is wrong with the redirects of a matter to others, each place told once.

    An expression that cannot be evaluated is told by the checks of its own matter, and ends these.
    """
    try:
        wrong = [fault for step in _outward(matter) for fault in _targets(step.condition, known)]
        yield from wrong or _circles(matter, known)
    except ExpressionError:
        return


def _outward(matter: Matter) -> Iterator[Step]:
    for condition in matter.conditions:
        if condition.redirect is not None and condition.redirect.matter:
            yield Step(matter, condition)


def _targets(condition: Condition, known: Known) -> Iterator[CatalogueError]:
    redirect = condition.redirect or Redirect(to="matter")
    place, target = f"{condition.id} 的 redirect", known(redirect.matter or "")
    if target is None:
        sentence = f"{place}.matter 没有 {redirect.matter} 这个可以申请的事项，请核对编码，或者与它一起发布"
        yield CatalogueError(sentence, CONDITIONS, (condition.id, "redirect", "matter"))
        return
    if target.name != redirect.name:
        sentence = f"{place}.name 与 {target.code} 的名称不同，请改为 {target.name}"
        yield CatalogueError(sentence, CONDITIONS, (condition.id, "redirect", "name"))
    yield from _answers(condition.id, redirect.answers, target)


def _answers(place: str, answers: Mapping[str, str], target: Matter) -> Iterator[CatalogueError]:
    words = (place, "redirect", "answers")
    for code, answer in answers.items():
        question = target.questions.get(code)
        if question is None:
            cure = f"{target.code} 没有 {code} 这个问题{meant(code, target.questions)}，请核对拼写"
            yield CatalogueError(f"{place} 的 redirect.answers：{cure}", CONDITIONS, (*words, code))
            return
        if answer not in question.answers:
            cure = f"{target.code} 的 {code} 没有 {answer} 这个选项{meant(answer, question.answers)}，请核对拼写"
            yield CatalogueError(f"{place} 的 redirect.answers：{cure}", CONDITIONS, (*words, code))
            return
    if not any(answers.items() <= given.items() for given in situations_of(target)):
        cure = f"{target.code} 没有哪一种情形同时有这些选项，请改正或者删去其中一些"
        yield CatalogueError(f"{place} 的 redirect.answers：{cure}", CONDITIONS, words)


def _circles(matter: Matter, known: Known) -> Iterator[CatalogueError]:
    """A sentence for each redirect of a matter to another that may bring the applicant back to it."""
    for start in _outward(matter):
        way = _way_back(start, known)
        if way:
            names = " → ".join(f"{step.matter.code} 的 {step.condition.id}" for step in way)
            sentence = f"{names} 会把申请人送回原来的事项，请改正其中一个的条件或者去向，或者用 answers 写明到哪一种情形"
            yield CatalogueError(sentence, CONDITIONS, (start.condition.id, "redirect"))


def _way_back(start: Step, known: Known) -> tuple[Step, ...]:
    """The shortest way from a redirect back to itself; empty where there is none."""
    ways: dict[tuple[str, str], tuple[Step, ...]] = {start.key: (start,)}
    waiting = deque([start])
    while waiting:
        last = waiting.popleft()
        for step in _next(last, known):
            if not (_possible(start, step) and _possible(last, step)):
                continue
            if step.key == start.key:
                return ways[last.key]
            if step.key not in ways:
                ways[step.key] = (*ways[last.key], step)
                waiting.append(step)
    return ()


def _possible(one: Step, other: Step) -> bool:
    """Whether two redirects may be on one way: of one matter, what is there for the first cannot be absent for the second."""
    if one.matter.code != other.matter.code or one.key == other.key:
        return True
    return together(one.matter, (one.condition, other.condition)) is not False


def _next(step: Step, known: Known) -> list[Step]:
    """The redirects that may follow one: those of the situations in which it leaves the applicant."""
    redirect = step.condition.redirect or Redirect(to="not-needed")
    if redirect.matter:
        there = known(redirect.matter)
        every = situations_of(there) if there else ()
        arrived = [given for given in every if redirect.answers.items() <= given.items()]
    else:
        there = step.matter
        left = (given for given in situations_of(there) if _may_fail(step.condition, given))
        arrived = [dict(after(there, {**given, **redirect.answers})) for given in left]
    return [] if there is None else [Step(there, found) for found in there.conditions if _leads_on(found, arrived)]


def _leads_on(condition: Condition, arrived: list[Mapping[str, str]]) -> bool:
    leading = condition.redirect is not None and condition.redirect.to in LEADING
    return leading and any(_may_fail(condition, given) for given in arrived)


def _may_fail(condition: Condition, given: Mapping[str, str]) -> bool:
    """Whether a condition stands in a situation, and its answers alone do not make it true there."""
    roots = {"situation": given}
    if condition.when is not None and not holds(condition.when, roots):
        return False
    by_answers = condition.holds is not None and all(path.startswith("situation.") for path in paths(condition.holds))
    return not (by_answers and holds(str(condition.holds), roots))

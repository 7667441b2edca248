"""All situations of a matter: every set of answers that its questions allow."""

from collections.abc import Iterator, Mapping
from itertools import islice

from miaoban.catalogue.errors import SituationError
from miaoban.catalogue.expressions import holds
from miaoban.catalogue.matter import Matter
from miaoban.catalogue.situations import Situation, select

MOST = 2000
"""Situations looked at; a matter with more is looked at in part."""


def situations(matter: Matter) -> Iterator[Situation]:
    """Every situation of a matter, at most MOST; raises ExpressionError for a `when` that answers neither true nor false."""
    for answers in islice(_answers(matter, {}), MOST):
        try:
            yield select(matter, answers)
        except SituationError:  # a later answer took back the question of an earlier one
            continue


def _answers(matter: Matter, answers: Mapping[str, str]) -> Iterator[Mapping[str, str]]:
    roots = {"situation": {**dict.fromkeys(matter.questions), **answers}}
    open_ = (code for code in matter.questions if code not in answers)
    asked = next((code for code in open_ if _asked(matter.questions[code].when, roots)), None)
    if asked is None:
        yield answers
        return
    for answer in matter.questions[asked].answers:
        yield from _answers(matter, {**answers, asked: answer})


def _asked(when: str | None, roots: Mapping[str, Mapping[str, str | None]]) -> bool:
    return when is None or holds(when, roots)

"""The situations of a matter enumerated: every set of answers that its questions allow, in the order of the questions."""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Final

from miaoban.catalogue.errors import CatalogueError
from miaoban.catalogue.expressions import holds
from miaoban.catalogue.matter import Matter

MOST: Final = 500
"""Situations of one matter; more are no guide for anybody."""

Answers = Mapping[str, str]


def situations_of(matter: Matter) -> tuple[Answers, ...]:
    """Every complete set of answers; raises CatalogueError beyond 500."""
    found = tuple(islice(_from(matter, {}), MOST + 1))
    if len(found) > MOST:
        raise CatalogueError(f"materials.yaml：{matter.code} 的问题合起来超过 {MOST} 种情形，请减少问题，或者用 when 限定")
    return found


def _from(matter: Matter, given: dict[str, str]) -> Iterator[Answers]:
    """Answer the first question that is open; sets in which a later answer took an earlier question back are none."""
    asked = _asked(matter, given)
    question = next((code for code in asked if code not in given), None)
    if question is None:
        if given.keys() <= set(asked):
            yield given
        return
    for answer in matter.questions[question].answers:
        yield from _from(matter, {**given, question: answer})


def _asked(matter: Matter, given: Answers) -> list[str]:
    roots = {"situation": {**dict.fromkeys(matter.questions), **given}}
    questions = matter.questions.items()
    return [code for code, question in questions if question.when is None or holds(question.when, roots)]


def named(matter: Matter, answers: Answers) -> str:
    """A situation's name for people: the labels of its answers."""
    labels = (matter.questions[question].answers[answer].label for question, answer in answers.items())
    return "；".join(labels) or "不分情形"


def key_of(answers: Answers) -> str:
    """A situation's name for programs, such as `kind=first&subject=enterprise`; empty where nothing is asked."""
    return "&".join(f"{question}={answer}" for question, answer in answers.items())

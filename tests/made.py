"""Matters changed for a test: the grain filing with other parts."""

from typing import Any

from miaoban.catalogue.matter import Material, Question
from miaoban.catalogue.publication import Edition
from tests import kit


def edition(code: str = kit.GRAIN, **changes: Any) -> Edition:
    """The grain filing under another code, with parts of it replaced."""
    matter = kit.edition().matter.model_copy(update={"code": code, **changes})
    return kit.edition().model_copy(update={"matter": matter})


def material(name: str, **more: Any) -> Material:
    """A material that is handed in, unless said otherwise."""
    return Material.model_validate({"name": name, "class": "own", "necessity": "1", **more})


def question(*answers: str, when: str | None = None) -> Question:
    """A question with these answers."""
    labelled = {answer: {"label": answer.upper()} for answer in answers}
    return Question.model_validate({"label": "问", "answers": labelled, "when": when})

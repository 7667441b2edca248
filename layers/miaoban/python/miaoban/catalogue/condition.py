"""Conditions of a matter: how each is judged, on which article, and what follows when it does not hold."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import Field as Declared
from pydantic import PlainSerializer, ValidatorFunctionWrapHandler, WrapValidator
from pydantic_core import PydanticCustomError

from miaoban.models import Frozen


class Effect(StrEnum):
    """What a condition that does not hold leads to, strongest first."""

    REDIRECT = "redirect"
    REFUSE = "refuse"
    CORRECT = "correct"
    REVIEW = "review"
    FLAG = "flag"


class Basis(Frozen):
    """The article of law that a matter or a condition rests on; a condition's may apply only in some situations (`when`)."""

    law: str
    article: str
    when: str | None = None


def _one_or_several(value: Any, several: ValidatorFunctionWrapHandler) -> tuple[Basis, ...]:
    """One basis or a list of them; raises PydanticCustomError for an empty list, and for an article listed twice."""
    found: tuple[Basis, ...] = (Basis.model_validate(value),) if isinstance(value, Basis | Mapping) else several(value)
    if not found:
        raise PydanticCustomError("basis-missing", "一条依据也没有，请写明法律名称和条款")
    articles = [(basis.law, basis.article) for basis in found]
    for law, article in articles:
        if articles.count((law, article)) > 1:
            told = {"law": law, "article": article}
            raise PydanticCustomError("basis-repeated", "《{law}》{article} 写了不止一次，请只保留一处", told)
    return found


def _as_written(bases: tuple[Basis, ...]) -> Basis | tuple[Basis, ...]:
    return bases[0] if len(bases) == 1 else bases


Bases = Annotated[
    tuple[Basis, ...],
    WrapValidator(_one_or_several, json_schema_input_type=Basis | tuple[Basis, ...]),
    PlainSerializer(_as_written, return_type=Basis | tuple[Basis, ...]),
]
"""The articles that a condition rests on: a tuple here; written, stored and answered as one mapping where there is one.

So the text of an edition or a receipt with one article is the same as before there could be several, and so is its digest.
"""


Grade = Literal["A", "B", "C", "D"]
"""How sure a value is: issued by its source, checked at a window, uploaded, declared (国办函〔2016〕108号)."""


class Match(Frozen):
    """A declared value that must equal the held one after normalisation."""

    declared: str
    held: str
    method: Literal["name", "exact"] = "exact"


class Redirect(Frozen):
    """Where to send the applicant: nowhere (no filing needed), another authority, situation or matter, or what he holds.

    `answers` are the other situation's, or lead on in the other matter. `name` is how that matter is called: an edition says
    by itself where it sends people, and checking compares the name with the matter's own.
    """

    to: Literal["not-needed", "authority", "situation", "matter", "held"]
    region: str | None = None
    matter: str | None = None
    name: str | None = None
    answers: Mapping[str, str] = Declared(default_factory=dict)


class Enough(Frozen):
    """What makes a condition hold by itself, so that nothing else needs to be known: a true expression on what it needs."""

    needs: tuple[str, ...] = ()
    holds: str


class Condition(Frozen):
    """One condition: it holds when `holds` is true or all `matches` agree; else `otherwise`, with words for people.

    What no machine may judge says in `examine` what a person must look at, and always goes to one. `grades` says how sure
    values of the form must be besides: one of a lower grade makes the condition false.
    `enough` spares the rest: a condition that it makes true does not wait for sources that only the rest would need.
    `about` says what a refusal rests on; nothing said means quality, for which a filing must not be refused.
    `silent` says what follows while a source that it needs says nothing: to wait for it, or to go to a person at once.
    """

    id: str
    title: str
    basis: Bases
    when: str | None = None
    needs: tuple[str, ...] = ()
    holds: str | None = None
    enough: Enough | None = None
    matches: tuple[Match, ...] = ()
    grades: Mapping[str, Grade] | None = None
    examine: str | None = None
    about: Literal["subject", "authority", "form", "quality"] | None = None
    silent: Literal["wait", "review"] = Declared(default="wait", exclude_if=lambda silent: silent == "wait")
    otherwise: Effect
    redirect: Redirect | None = None
    says: str
    cure: str

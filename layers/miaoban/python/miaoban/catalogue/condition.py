"""Conditions of a matter: how each is judged, on which article, and what follows when it does not hold."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Literal

from pydantic import Field as Declared

from miaoban.models import Frozen


class Effect(StrEnum):
    """What a condition that does not hold leads to, strongest first."""

    REDIRECT = "redirect"
    REFUSE = "refuse"
    CORRECT = "correct"
    REVIEW = "review"
    FLAG = "flag"


class Basis(Frozen):
    """The article of law that a condition or a matter rests on."""

    law: str
    article: str


class Match(Frozen):
    """A declared value that must equal the held one after normalisation."""

    declared: str
    held: str
    method: Literal["name", "exact"] = "exact"


class Redirect(Frozen):
    """Where to send the applicant: nowhere (no filing needed), another authority, another situation, or what he holds."""

    to: Literal["not-needed", "authority", "situation", "held"]
    region: str | None = None
    answers: Mapping[str, str] = Declared(default_factory=dict)


class Enough(Frozen):
    """What makes a condition hold by itself, so that nothing else needs to be known: a true expression on what it needs."""

    needs: tuple[str, ...] = ()
    holds: str


class Condition(Frozen):
    """One condition: it holds when `holds` is true or all `matches` agree; else `otherwise`, with words for people.

    What no machine may judge says in `examine` what a person must look at, and always goes to one.
    `enough` spares the rest: a condition that it makes true does not wait for sources that only the rest would need.
    `about` says what a refusal rests on; nothing said means quality, for which a filing must not be refused.
    """

    id: str
    title: str
    basis: Basis
    when: str | None = None
    needs: tuple[str, ...] = ()
    holds: str | None = None
    enough: Enough | None = None
    matches: tuple[Match, ...] = ()
    examine: str | None = None
    about: Literal["subject", "authority", "form", "quality"] | None = None
    otherwise: Effect
    redirect: Redirect | None = None
    says: str
    cure: str

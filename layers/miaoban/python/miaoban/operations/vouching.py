"""Vouching: seals that prefilled values are given with, and what seals and windows vouch for when values are sent."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Final, NamedTuple

from pydantic import Field as Declared

from miaoban.catalogue.errors import Problem
from miaoban.catalogue.source import Purpose
from miaoban.decision.provenance import Backing, proven
from miaoban.evidence.privacy import comparable
from miaoban.evidence.proof import IDENTITY, IDENTITY_LASTS, LONGEST_SEAL, WINDOW, Vouched, Voucher, redeemed, seal
from miaoban.operations.filings import Filing
from miaoban.operations.ruling import Ruling
from miaoban.operations.services import Services

MOST: Final = 200
"""Fields that one application proves."""

Proofs = Annotated[
    Mapping[str, Annotated[str, Declared(max_length=LONGEST_SEAL)]],
    Declared(max_length=MOST),
]
"""Seals by field."""


class Shown(NamedTuple):
    """What vouches for a value that a draft shows, and the seal that says so when it is sent back."""

    vouched: Vouched
    seal: str


def shown_with(services: Services, ruling: Ruling, code: str, backing: Backing) -> Shown | None:
    """What backs a value of a draft, with its seal; None for what is only declared or uploaded."""
    if backing.record is None and not backing.vouched:
        return None
    vouched = proven(code, backing, ruling.facts)
    vouched = vouched if backing.vouched else _limited(ruling, vouched)
    person, matter = ruling.filing.party.number.pseudonym, ruling.filing.published.matter.code
    return Shown(vouched, seal(services.vault, Voucher(person=person, matter=matter, field=code, vouched=vouched)))


def _limited(ruling: Ruling, vouched: Vouched) -> Vouched:
    """A source's word stands as long as its record may prefill; a person's identity for a day."""
    return replace(vouched, until=_until(ruling, vouched))


def _until(ruling: Ruling, vouched: Vouched) -> datetime:
    fetched = vouched.fetched_at or ruling.facts.now
    if vouched.source == IDENTITY:
        return fetched + IDENTITY_LASTS
    source = ruling.filing.published.edition.sources[vouched.source]
    return fetched + source.fresh_for[Purpose.PREFILL]


def vouched_for(services: Services, filing: Filing, proofs: Mapping[str, str], checked: Iterable[str]) -> dict[str, Vouched]:
    """What is vouched for in a filing: by seals that are genuine and its own, and by the window that checked originals."""
    person, matter = filing.party.number.pseudonym, filing.published.matter.code
    sealed = {code: redeemed(services.vault, proof, person, matter, code) for code, proof in proofs.items()}
    form, now = comparable(filing.situation.fields, filing.form), services.now()
    seen = {code: Vouched(form.get(code), "B", WINDOW, fetched_at=now) for code in checked}
    return {code: one for code, one in sealed.items() if one} | seen


def strangers(filing: Filing, proofs: Mapping[str, str], checked: Iterable[str]) -> tuple[Problem, ...]:
    """A problem for each field that is none of the form: a proof for nothing, or a check of nothing."""
    named = [(f"/proofs/{code}", code) for code in proofs]
    named += [(f"/checked/{place}", code) for place, code in enumerate(checked)]
    message = "表单里没有这个字段，请核对字段代码"
    fields = filing.situation.fields
    return tuple(Problem(pointer=at, code="field-unknown", message=message) for at, code in named if code not in fields)

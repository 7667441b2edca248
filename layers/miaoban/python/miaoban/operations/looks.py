"""Looks as kept: those of a decision go with it in its transaction; a person reads all that were taken at its own data.

They are kept by a parameter of the deployment, not with the case: they are the person's evidence of who looked, when the case
is long erased, and they hold nothing of what was seen.
"""

from collections.abc import Iterator
from datetime import UTC

from miaoban.catalogue.condition import Basis
from miaoban.evidence.look import MACHINE, Look, Reader, Seen
from miaoban.evidence.record import State
from miaoban.models import Frozen
from miaoban.operations.gathering import Wanted
from miaoban.operations.ruling import Ruling
from miaoban.operations.services import Services
from miaoban.operations.settling import Step
from miaoban.storage import Item, Key, Put, Range, Table

DECIDE = "核验和决定"


class LookPage(Frozen):
    """A page of the looks at a person's data, newest first."""

    items: tuple[Look, ...]
    cursor: str | None = None


def looks_of(services: Services, owner: str, cursor: str | None = None) -> LookPage:
    """Who looked at a person's data, newest first; raises CursorError."""
    page = services.store.query(Range(None, partition(owner), descending=True, cursor=cursor))
    return LookPage(items=tuple(Look.read(item.body) for item in page.items), cursor=page.cursor)


def partition(owner: str) -> str:
    """The partition of the looks at one person's data."""
    return f"LOOKS#{owner}"


def look_item(services: Services, owner: str, look: Look) -> Item:
    """A look as kept."""
    moment = look.at.astimezone(UTC).isoformat(timespec="microseconds")
    key = Key(Table.CASES, partition(owner), f"{moment}#{look.id}")
    return Item(key, look.text(), expires=int((look.at + services.looks_kept).timestamp()))


def decision_looks(services: Services, step: Step) -> Iterator[Put]:
    """The look that a decision takes at the records of departments, those without an answer too; none if there are none."""
    ruling = step.ruling
    if ruling is None or not ruling.gathered.wanted:
        return
    case = step.after
    look = Look(
        id=f"{case.id}-{case.receipts:04}",
        at=ruling.facts.now,
        reader=reader_of(ruling),
        case=case.id,
        matter=case.matter,
        matter_name=case.matter_name,
        purpose=DECIDE,
        basis=bases_of(ruling),
        consent=consented(ruling),
        seen=tuple(_seen(ruling, wanted) for wanted in ruling.gathered.wanted),
        digest=ruling.receipt_digest,
    )
    yield Put(look_item(services, case.party.owner, look), replaces=None)


def reader_of(ruling: Ruling) -> Reader:
    """The rules on behalf of the organ that decides."""
    organ = ruling.filing.organ
    return MACHINE.model_copy(update={"department": organ.name, "region": organ.region})


def bases_of(ruling: Ruling) -> tuple[Basis, ...]:
    """The articles on which the matter rests."""
    return tuple(ruling.filing.published.matter.basis)


def consented(ruling: Ruling) -> str | None:
    """The words of the consents that the application gave."""
    matter = ruling.filing.published.matter
    uses = (use.consent for use in ruling.filing.situation.records.values() if use.consent)
    given = dict.fromkeys(code for code in uses if ruling.form.get(code))
    return "；".join(matter.fields[code].label for code in given) or None


def _seen(ruling: Ruling, wanted: Wanted) -> Seen:
    evidence = ruling.gathered.evidence[wanted.name]
    fields = wanted.kind.fields
    held = evidence.state is State.HELD
    labels = tuple(fields[code].label for code in evidence.values if code in fields) if held else ()
    return Seen(source=wanted.source.code, name=wanted.source.name, fields=labels, digest=evidence.digest)

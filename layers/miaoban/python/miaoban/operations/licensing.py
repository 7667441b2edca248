"""What approval does to the licence: a new one, a new version, or an end. Signs; writes nothing itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from miaoban.catalogue.expressions import value_at
from miaoban.catalogue.fields import Fields
from miaoban.catalogue.matter import Matter, Result
from miaoban.catalogue.wording import answered, worded
from miaoban.evidence.privacy import shown
from miaoban.identifiers import LicenceNumber
from miaoban.licence.credential import message, signed
from miaoban.licence.errors import LicenceStateError
from miaoban.licence.licence import Holder, Licence, Line, Terms, first_number, next_number, series
from miaoban.operations import keys
from miaoban.operations.ruling import Ruling
from miaoban.operations.services import Services, law_date
from miaoban.ports import ConflictError
from miaoban.storage import Item, Key, Put, Write

SERIAL_LETTERS = 8
CODE_LETTERS = 8


@dataclass(frozen=True)
class Licensed:
    """The licence after an approval: the number the case ends with, the one in force, the writes, the new one's last day."""

    number: str
    in_force: str | None
    writes: tuple[Write, ...]
    valid_until: date | None = None


def licence_key(number: str) -> Key:
    """Where a licence version lies."""
    return keys.licence(series(number), LicenceNumber(number).version)


def license_(services: Services, ruling: Ruling) -> Licensed:
    """Issue, renew, supersede or cancel, as the situation asks.

    A licence that has expired is neither changed nor cancelled; to renew it is to issue another. Raises LicenceStateError:
    nothing to change, or no holder; ConflictError: what was held has been erased meanwhile.
    """
    result, held, expired = ruling.filing.situation.result, ruling.facts.held.licence, ruling.facts.held.expired
    if issues(ruling):
        return _issue(services, ruling)
    if held is None and expired is not None:
        raise LicenceStateError(f"证照已于 {expired} 到期，不能变更或注销，请重新申请")
    if held is None:
        raise LicenceStateError("没有可以变更或注销的证照，请办理首次申请")
    item = services.store.read([licence_key(held)]).get(licence_key(held))
    if item is None:
        raise ConflictError((licence_key(held),))
    return _cancel(ruling, item, held) if result is Result.CANCEL else _supersede(services, ruling, item, held)


def issues(ruling: Ruling) -> bool:
    """Whether approval grants something new, and does not only change or end what is held."""
    result = ruling.filing.situation.result
    return result is Result.ISSUE or (result is Result.RENEW and ruling.facts.held.licence is None)


def _issue(services: Services, ruling: Ruling) -> Licensed:
    today = law_date(ruling.facts.now)
    serial = f"{today:%Y%m%d}{services.new_id(SERIAL_LETTERS)}"
    matter = ruling.filing.published.matter
    number = first_number(matter.result.type_code, ruling.filing.organ.uscc, serial)
    return _issued(_signed(services, ruling, number))


def _supersede(services: Services, ruling: Ruling, item: Item, held: str) -> Licensed:
    number = next_number(held)
    old = Licence.read(item.body).superseded_by(number, law_date(ruling.facts.now))
    return _issued(_signed(services, ruling, number), replaced(item, old))


def _issued(licence: Licence, *more: Write) -> Licensed:
    return Licensed(licence.number, licence.number, (_put(licence), *more), licence.terms.valid_until)


def _cancel(ruling: Ruling, item: Item, held: str) -> Licensed:
    old = Licence.read(item.body).cancelled(law_date(ruling.facts.now))
    return Licensed(held, None, (replaced(item, old),))


def _signed(services: Services, ruling: Ruling, number: str) -> Licence:
    terms = _terms(ruling)
    text = message(number, terms, services.signer.suite, services.signer.key_id)
    qr = signed(text, services.signer.sign(text.encode()))
    return Licence(number=number, terms=terms, qr=qr, code=services.new_id(CODE_LETTERS))


def _terms(ruling: Ruling) -> Terms:
    filing, matter = ruling.filing, ruling.filing.published.matter
    roots = _roots(ruling)
    return Terms(
        name=matter.result.name,
        matter=matter.code,
        matter_name=matter.name,
        case=filing.case,
        owner=filing.party.owner,
        organ=filing.organ,
        holder=_holder(matter, roots),
        statement=matter.result.statement,
        contents=tuple(Line(label=line.label, value=value_at(roots, line.value)) for line in matter.result.contents),
        issued_on=law_date(ruling.facts.now),
        valid_until=value_at(roots, matter.result.valid_until or ""),
    )


def _holder(matter: Matter, roots: Mapping[str, Any]) -> Holder:
    """Whose licence it is; raises LicenceStateError, for a licence that names nobody is none, whoever approves it."""
    code, name = value_at(roots, matter.holder.code), value_at(roots, matter.holder.name)
    if code is None or name is None:
        raise LicenceStateError("持证主体的代码或者名称还没有数据，不能制证，请等数源补上，或者先请申请人补正")
    return Holder(code=str(code), kind=matter.holder.kind, name=str(name))


def _roots(ruling: Ruling) -> dict[str, Any]:
    """The values a licence may show: numbers masked, codes in words."""
    fields = ruling.filing.situation.fields
    records = {record.name: _told(record.kind.fields, ruling.gathered.stored[record.name]) for record in ruling.gathered.wanted}
    organ, party = ruling.filing.organ.model_dump(), ruling.filing.party
    applicant = {"name": party.name, "number": party.number.masked}
    situation = answered(ruling.filing.published.matter.questions, ruling.filing.situation.answers)
    conclusion = ruling.receipt.conclusion
    review = {"review": {"conclusion": conclusion.label}} if conclusion else {}
    own = {"form": _told(fields, ruling.form), "situation": situation, "organ": organ, "applicant": applicant}
    return {**review, **records, **own}


def _told(fields: Fields, values: Mapping[str, Any]) -> dict[str, Any]:
    return worded(fields, shown(fields, values))


def _put(licence: Licence) -> Put:
    owner_at = f"LICENCE#{licence.terms.issued_on.isoformat()}#{licence.number}"
    return Put(Item(licence_key(licence.number), licence.text(), owner=licence.terms.owner, owner_at=owner_at))


def replaced(item: Item, licence: Licence) -> Put:
    """Write a licence over the item it was read from."""
    owner_at = f"LICENCE#{licence.terms.issued_on.isoformat()}#{licence.number}"
    changed = Item(item.key, licence.text(), version=item.version + 1, owner=licence.terms.owner, owner_at=owner_at)
    return Put(changed, replaces=item.version)

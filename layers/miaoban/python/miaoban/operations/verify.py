"""Verify: anyone may ask whether a licence is real and in force, by number and code or by its QR text."""

import hmac
from collections.abc import Mapping
from datetime import date
from typing import Any

from miaoban.licence.credential import verify as verified
from miaoban.licence.errors import LicenceNotFoundError
from miaoban.licence.licence import Licence, LicenceStatus
from miaoban.models import Frozen
from miaoban.operations.reading import read_licence
from miaoban.operations.services import Services, law_date
from miaoban.operations.views import view


class Verification(Frozen):
    """The public answer: what the licence says of itself, and whether it still holds. No number of a person is in it."""

    number: str
    name: str
    status: LicenceStatus
    holder_name: str
    holder_code: str
    organ: str
    issued_on: date
    valid_until: date | None = None
    ended_on: date | None = None
    successor: str | None = None
    statement: str | None = None


def verify_code(services: Services, number: str, code: str) -> Mapping[str, Any]:
    """Verify by number and code; raises LicenceNotFoundError, also when the code is wrong."""
    licence = read_licence(services, number.strip())
    if not hmac.compare_digest(licence.code.encode(), code.strip().upper().encode()):
        raise LicenceNotFoundError("证照编号与验证码不符，请核对后再试")
    return view(_answer(services, licence))


def verify_qr(services: Services, qr: str) -> Mapping[str, Any]:
    """Verify a QR text: the signature first, then the status; raises CredentialError, LicenceNotFoundError."""
    claims = verified(qr, {services.signer.key_id: services.signer.public_key()})
    return view(_answer(services, read_licence(services, claims.n)))


def _answer(services: Services, licence: Licence) -> Verification:
    terms = licence.terms
    return Verification(
        number=licence.number,
        name=terms.name,
        status=licence.status_on(law_date(services.now())),
        holder_name=terms.holder.name,
        holder_code=terms.holder.code,
        organ=terms.organ.name,
        issued_on=terms.issued_on,
        valid_until=terms.valid_until,
        ended_on=licence.ended_on,
        successor=licence.successor,
        statement=terms.statement,
    )

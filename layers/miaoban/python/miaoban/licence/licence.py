"""The licence (电子证照) and its versions: issued, superseded, cancelled, set aside."""

from datetime import date
from enum import StrEnum
from typing import Any

from miaoban.canonical import digest
from miaoban.catalogue.regions import Organ
from miaoban.identifiers import LicenceNumber
from miaoban.licence.errors import LicenceStateError
from miaoban.models import Frozen


class LicenceStatus(StrEnum):
    """Whether a licence version is in force, and if not, why."""

    VALID = "valid"
    SUPERSEDED = "superseded"
    CANCELLED = "cancelled"
    SET_ASIDE = "set-aside"
    EXPIRED = "expired"


class Line(Frozen):
    """One labelled line on a licence; its value is None where the situation asks for none."""

    label: str
    value: Any = None


class Holder(Frozen):
    """The holder (持证主体): code, kind of code (001 USCC, 111 resident number) and name."""

    code: str
    kind: str
    name: str


class Terms(Frozen):
    """What a licence says, before it has a number."""

    name: str
    matter: str
    matter_name: str
    case: str
    owner: str
    organ: Organ
    holder: Holder
    statement: str | None = None
    contents: tuple[Line, ...]
    issued_on: date
    valid_until: date | None = None

    @property
    def digest(self) -> str:
        """The digest of what the licence says, which its signature covers."""
        parts = {"name", "organ", "holder", "statement", "contents", "issued_on"}
        parts |= {"valid_until"} if self.valid_until else set()
        return digest(self.model_dump(mode="json", include=parts))


class Licence(Frozen):
    """One version of a licence. `qr` is its signed credential; `code` the short text that, with the number, verifies it."""

    number: str
    terms: Terms
    status: LicenceStatus = LicenceStatus.VALID
    qr: str
    code: str
    ended_on: date | None = None
    successor: str | None = None
    set_aside_proposal: str | None = None

    def status_on(self, day: date) -> LicenceStatus:
        """Whether the version is in force on a day: a licence with a last day expires by itself, and nothing is written."""
        until = self.terms.valid_until
        ended = self.status is LicenceStatus.VALID and until is not None and until < day
        return LicenceStatus.EXPIRED if ended else self.status

    def superseded_by(self, successor: str, on: date) -> "Licence":
        """The version that gave way to its successor."""
        return self._ended(LicenceStatus.SUPERSEDED, on, successor)

    def cancelled(self, on: date) -> "Licence":
        """The version after its holder cancelled it."""
        return self._ended(LicenceStatus.CANCELLED, on)

    def set_aside(self, on: date) -> "Licence":
        """The version after two officers set its decision aside (行政许可法 art. 69)."""
        return self._ended(LicenceStatus.SET_ASIDE, on)

    def _ended(self, status: LicenceStatus, on: date, successor: str | None = None) -> "Licence":
        if self.status is not LicenceStatus.VALID:
            raise LicenceStateError(f"证照{self.number}已不在有效状态，不能再变更，请核对证照编号")
        return self.model_copy(update={"status": status, "ended_on": on, "successor": successor})


def first_number(type_code: str, issuer: str, serial: str) -> str:
    """The number of a new licence (GB/T 36904), version 001."""
    return str(LicenceNumber.issue(type_code=type_code, issuer=issuer, serial=serial))


def next_number(number: str) -> str:
    """The number of the next version of a licence."""
    return str(LicenceNumber(number).next_version())


def series(number: str) -> str:
    """What all versions of a licence share: type, issuer and serial."""
    parts = LicenceNumber(number)
    return f"{parts.type_code}.{parts.issuer}.{parts.serial}"

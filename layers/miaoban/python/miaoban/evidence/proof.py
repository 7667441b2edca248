"""Proof of a value (数据凭据): where it comes from, how sure it is, and the seal by which it is known when it comes back.

Grades are those of 国办函〔2016〕108号: A issued by the source, B checked at a window, C uploaded, D declared. A seal is the
voucher itself, encrypted and authenticated by the vault: nobody else can make one, or change what one says.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from pydantic import JsonValue, ValidationError
from pydantic_core import to_jsonable_python

from miaoban.catalogue.condition import Grade
from miaoban.models import CLOSED, Frozen, given
from miaoban.ports import SealError, Vault

IDENTITY: Final = "identity"
WINDOW: Final = "window"
APPLICANT: Final = "applicant"
IDENTITY_LASTS: Final = timedelta(days=1)
"""How long a name and number stand for the person who was there when the form was filled."""
LONGEST_SEAL: Final = 12_000
"""Letters of a seal; the longest text that a form takes, with what is said of it, needs less."""


@dataclass(frozen=True, slots=True)
class Vouched:
    """A value that something stood for: its grade, the source, the record's digest and times, and until when it counts.

    `value` is in comparable form: of a personal number, the pseudonym.
    """

    __pydantic_config__ = CLOSED

    value: JsonValue
    grade: Grade
    source: str
    digest: str | None = None
    issued_at: datetime | None = None
    fetched_at: datetime | None = None
    until: datetime | None = None

    def stands(self, now: datetime) -> bool:
        """Whether it still counts."""
        return self.until is None or now <= self.until

    def document(self) -> dict[str, Any]:
        """What is vouched for as plain JSON values."""
        told = {"value": self.value, "grade": self.grade, "source": self.source, "digest": self.digest}
        times = {"issued_at": self.issued_at, "fetched_at": self.fetched_at, "until": self.until}
        return given({**told, **to_jsonable_python(times)})


class Voucher(Frozen):
    """What a seal says: for whom, in which field of which matter, something is vouched for."""

    kind: Literal["voucher"] = "voucher"
    person: str
    matter: str
    field: str
    vouched: Vouched


def seal(vault: Vault, voucher: Voucher) -> str:
    """The seal of a voucher."""
    return vault.seal(voucher.text())


def redeemed(vault: Vault, seal: str, person: str, matter: str, field: str) -> Vouched | None:
    """What a seal vouches for; None when it is forged, or another's, or of another matter or field."""
    try:
        voucher = Voucher.read(vault.unseal(seal))
    except (SealError, ValidationError):
        return None
    right = (voucher.person, voucher.matter, voucher.field) == (person, matter, field)
    return voucher.vouched if right else None

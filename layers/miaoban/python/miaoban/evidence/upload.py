"""Uploads (上传的材料): files in their holders' dossiers (一人一档、一企一档), known by digest, and what decisions see.

Whoever knows a file's digest has had the file: the digest in a form names it, and is as good as handing it in again, within
the purposes for which it was uploaded. What was not scanned is unknown, whatever its uploader says of it.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final, Literal, get_args

from pydantic_core import to_jsonable_python

from miaoban.evidence.record import State
from miaoban.models import CLOSED, Frozen, given

FileType = Literal["application/pdf", "application/ofd", "image/jpeg", "image/png"]
"""What is taken: PDF, OFD (GB/T 33190) and photographs."""
TYPES: Final[tuple[FileType, ...]] = get_args(FileType)
LARGEST: Final = 20 * 1024 * 1024
"""Bytes of the largest file that is taken."""
_BEGINNINGS: Final[dict[FileType, bytes]] = {
    "application/pdf": b"%PDF-",
    "application/ofd": b"PK\x03\x04",
    "image/jpeg": b"\xff\xd8\xff",
    "image/png": b"\x89PNG\r\n\x1a\n",
}


class Stage(StrEnum):
    """How far a file is: its bytes are awaited or being scanned, it can be used, it was refused, or it is being deleted."""

    AWAITED = "awaited"
    HELD = "held"
    REFUSED = "refused"
    DROPPED = "dropped"


class Use(Frozen):
    """What a file was uploaded for, by whom and until when it is valid.

    A `reusable` one also serves other matters that ask for the same standard material; `institution` names the third party
    that uploaded it under its own account, `assisted_by` who uploaded it at a window for somebody present.
    """

    matter: str
    material: str
    standard: str | None = None
    reusable: bool = False
    valid_until: date | None = None
    by: str
    institution: str | None = None
    assisted_by: str | None = None
    at: datetime

    def valid(self, today: date) -> bool:
        """Whether it is not over."""
        return self.valid_until is None or today <= self.valid_until


class Wish(Frozen):
    """What a file is wanted for: some materials of a matter, with their standard materials."""

    matter: str
    materials: tuple[str, ...]
    standards: tuple[str, ...] = ()

    def served_by(self, use: Use) -> bool:
        """Whether a use reaches so far: the same matter, or the same standard material if its uploader agreed to that."""
        if use.matter == self.matter:
            return use.material in self.materials
        return use.reusable and use.standard in self.standards


class Upload(Frozen):
    """One file of a holder's dossier, by its digest. `name` is where it lies once it is held; `cases` rest on it."""

    holder: str
    digest: str
    type: FileType
    size: int
    stage: Stage = Stage.AWAITED
    why: str | None = None
    name: str | None = None
    scanned_at: datetime | None = None
    uses: tuple[Use, ...]
    cases: tuple[str, ...] = ()

    def fit(self, wish: Wish, today: date) -> Use | None:
        """The newest use that serves a wish today; None if there is none."""
        fits = [use for use in self.uses if wish.served_by(use) and use.valid(today)]
        return max(fits, key=lambda use: use.at, default=None)


@dataclass(frozen=True, slots=True)
class Uploaded:
    """What a decision sees of a file that the form names: held, not there (any more), or not known yet, and why.

    `by` is `applicant`, or the credit code of the institution that uploaded it under its own account.
    """

    __pydantic_config__ = CLOSED

    state: State
    why: str | None = None
    by: str | None = None
    uploaded_at: datetime | None = None
    scanned_at: datetime | None = None

    def document(self) -> dict[str, Any]:
        """The file as plain JSON values, without what is not known."""
        told = {"state": self.state.value, "why": self.why, "by": self.by}
        times = {"uploaded_at": self.uploaded_at, "scanned_at": self.scanned_at}
        return given({**told, **to_jsonable_python(times)})


def seen(upload: Upload | None, wish: Wish, today: date, known: Collection[str] = ()) -> Uploaded:
    """What a file comes to for a wish. A case that rests on it already (`known`) keeps it when its validity is over."""
    if upload is None or upload.stage is Stage.DROPPED:
        return Uploaded(State.NONE, "absent")
    if upload.stage is Stage.REFUSED:
        return Uploaded(State.NONE, upload.why)
    use = upload.fit(wish, date.min if set(known) & set(upload.cases) else today)
    if use is None:
        return Uploaded(State.NONE, "purpose" if not any(map(wish.served_by, upload.uses)) else "expired")
    by = use.by.partition(":")[2] if use.institution else "applicant"
    if upload.stage is Stage.AWAITED:
        return Uploaded(State.UNKNOWN, "awaited", by, use.at)
    return Uploaded(State.HELD, None, by, use.at, upload.scanned_at)


def is_type(type_: FileType, beginning: bytes) -> bool:
    """Whether a file begins as its type does."""
    return beginning.startswith(_BEGINNINGS[type_])

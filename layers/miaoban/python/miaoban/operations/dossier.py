"""Dossiers (一人一档、一企一档) as read: what a holder has handed in before, for the holder and for who acts for it."""

from datetime import date, datetime
from typing import Any

from miaoban.evidence.upload import FileType, Stage, Upload, Use, Wish
from miaoban.models import Frozen
from miaoban.operations.services import Services
from miaoban.operations.uploads import enterprise, partition
from miaoban.storage import Range


class Viewer(Frozen):
    """Who looks: its owner key, the pseudonym of the own number, and the credit codes of those for whom it acts."""

    owner: str
    person: str | None = None
    acts_for: tuple[str, ...] = ()


class Filed(Frozen):
    """One purpose of a file in a dossier: the material of the matter, who uploaded it and until when it is valid."""

    matter: str
    material: str
    reusable: bool
    valid_until: date | None = None
    institution: str | None = None
    uploaded_at: datetime


class DossierFile(Frozen):
    """A file of a dossier: its digest, how far it is, what it was uploaded for, and the cases that rest on it."""

    digest: str
    type: FileType
    size: int
    stage: Stage
    why: str | None = None
    uses: tuple[Filed, ...]
    cases: tuple[str, ...] = ()


class Dossier(Frozen):
    """A page of a dossier."""

    items: tuple[DossierFile, ...]
    cursor: str | None = None


def dossier(services: Services, viewer: Viewer, uscc: str | None, cursor: str | None = None) -> Dossier:
    """What the viewer may see of the own dossier, or of an enterprise's; raises CursorError."""
    holder = enterprise(services.vault, uscc) if uscc else viewer.person or ""
    page = services.store.query(Range(None, partition(holder), cursor=cursor))
    uploads = (Upload.read(item.body) for item in page.items)
    pages = (shown(upload, uses) for upload in uploads if (uses := visible(services, viewer, upload)))
    return Dossier(items=tuple(pages), cursor=page.cursor)


def visible(services: Services, viewer: Viewer, upload: Upload) -> tuple[Use, ...]:
    """The uses of a file that a viewer may see: all of the own dossier, or of one for whose holder it acts; else its own."""
    if upload.stage is Stage.DROPPED:
        return ()
    holders = {viewer.person, *(enterprise(services.vault, code) for code in viewer.acts_for)}
    return upload.uses if upload.holder in holders else tuple(use for use in upload.uses if use.by in mine(viewer))


def mine(viewer: Viewer) -> set[str]:
    """The accounts under which a viewer uploads."""
    return {viewer.owner, *(f"institution:{code}" for code in viewer.acts_for)}


def earlier(services: Services, viewer: Viewer, holder: str, today: date) -> tuple[Upload, ...]:
    """The files in a dossier that the viewer may use today, with the uses that it may see; at most a page."""
    page = services.store.query(Range(None, partition(holder), limit=200))
    uploads = (Upload.read(item.body) for item in page.items)
    usable = ((upload, visible(services, viewer, upload)) for upload in uploads if upload.stage in {Stage.HELD, Stage.AWAITED})
    return tuple(upload.model_copy(update={"uses": uses}) for upload, uses in usable if any(use.valid(today) for use in uses))


def best(uploads: tuple[Upload, ...], wish: Wish, today: date) -> tuple[Upload, Use] | None:
    """The file that serves a wish best: one that is held before one that is awaited, then the newest."""
    fits = [(upload, use) for upload in uploads if (use := upload.fit(wish, today))]
    return max(fits, key=_rank, default=None)


def _rank(fit: tuple[Upload, Use]) -> tuple[bool, Any]:
    upload, use = fit
    return upload.stage is Stage.HELD, use.at


def shown(upload: Upload, uses: tuple[Use, ...]) -> DossierFile:
    """A file with those of its uses that are shown."""
    filed = tuple(
        Filed(uploaded_at=use.at, **use.model_dump(include={"matter", "material", "reusable", "valid_until", "institution"}))
        for use in uses
    )
    told = upload.model_dump(include={"digest", "type", "size", "stage", "why", "cases"})
    return DossierFile(**told, uses=filed)

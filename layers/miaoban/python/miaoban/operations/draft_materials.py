"""Materials of a draft: which are spared, which the holder's dossier has, and which are to be uploaded."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final, Literal

from pydantic import Field as Declared

from miaoban.catalogue.fields import FieldType
from miaoban.catalogue.matter import Material, Matter
from miaoban.catalogue.situations import Situation
from miaoban.decision.materials import says
from miaoban.evidence.privacy import comparable
from miaoban.evidence.proof import APPLICANT, IDENTITY, WINDOW
from miaoban.evidence.record import State
from miaoban.evidence.upload import LARGEST, TYPES, FileType, Upload, Uploaded
from miaoban.models import Frozen, given
from miaoban.operations.dossier import Viewer, best, earlier
from miaoban.operations.ruling import Ruling
from miaoban.operations.services import Services, law_date
from miaoban.operations.uploads import Named, holder_of, wish_for

OWN_SOURCES: Final = {IDENTITY: "实名身份", APPLICANT: "申请人填报", WINDOW: "窗口核对"}
"""The names of what is no department's source."""


class DraftMaterial(Frozen):
    """One material: whether it must be handed in, and why (not).

    `state` says: a source holds it (`exempt`), or is asked for it and has not said so (`asked`); the holder's dossier has it
    (`filed`, with who uploaded it if that was a third party) or is about to (`scanning`); it is to be uploaded, as one of
    `types` of at most `largest` bytes (`upload`); or the form itself is it (`form`).
    """

    code: str
    name: str
    class_: str = Declared(alias="class")
    necessity: str
    exempt: bool
    state: Literal["exempt", "asked", "filed", "scanning", "upload", "form"]
    why: str
    source: str | None = None
    source_name: str | None = None
    field: str | None = None
    digest: str | None = None
    institution: str | None = None
    uploaded_at: datetime | None = None
    valid_until: date | None = None
    types: tuple[FileType, ...] | None = None
    largest: int | None = None


def filed_earlier(
    services: Services, matter: Matter, situation: Situation, values: Mapping[str, Any], viewer: Viewer
) -> dict[str, str]:
    """The digests of files in the holder's dossier that serve, for the fields that were not typed."""
    empty = [code for code, field in situation.fields.items() if field.type is FieldType.DIGEST and values.get(code) is None]
    if not empty:
        return {}
    holder = holder_of(services.vault, matter, comparable(situation.fields, values), viewer.person or "")
    today = law_date(services.now())
    uploads = earlier(services, viewer, holder, today)
    found = {code: best(uploads, wish_for(matter, situation, code), today) for code in empty}
    return {code: fit[0].digest for code, fit in found.items() if fit}


def uploaded(ruling: Ruling, code: str) -> dict[str, Any]:
    """Of a value that names a file: its digest, when it was uploaded and scanned, and by which institution."""
    known = (ruling.facts.uploads or {}).get(code)
    if known is None or known.state is State.NONE:
        return {}
    file = _file(ruling, code)
    use = file[1].fit(file[0].wish, law_date(ruling.facts.now)) if file else None
    named = {"source": known.by, "source_name": use.institution} if use and use.institution else {}
    return named | given({"digest": ruling.form[code], "issued_at": known.uploaded_at, "fetched_at": known.scanned_at})


def draft_material(code: str, material: Material, ruling: Ruling) -> DraftMaterial:
    """One material of a draft."""
    about = {"code": code, "name": material.name, "class_": material.class_, "necessity": material.necessity}
    field = next((one for one in material.fields if _is_file(ruling, one)), None)
    if field is not None:
        return DraftMaterial(**about, exempt=False, field=field, **_handed_in(ruling, field))
    if material.record is None:
        return DraftMaterial(**about, exempt=False, state="form", why="在表单中填写，不需要另外提交")
    evidence = ruling.facts.evidence.get(material.record)
    identity = material.record == "applicant"
    source = IDENTITY if identity else evidence and evidence.source
    name = OWN_SOURCES[IDENTITY] if identity else evidence and evidence.source_name
    held = identity or (evidence is not None and evidence.state is State.HELD)
    why = f"{name}已有，免于提交" if held else f"由{name or '部门'}提供，目前没有查到"
    return DraftMaterial(**about, exempt=held, state="exempt" if held else "asked", why=why, source=source, source_name=name)


def _is_file(ruling: Ruling, field: str) -> bool:
    fields = ruling.filing.situation.fields
    return field in fields and fields[field].type is FieldType.DIGEST


def _handed_in(ruling: Ruling, field: str) -> dict[str, Any]:
    known, file = (ruling.facts.uploads or {}).get(field), _file(ruling, field)
    if known is None or known.state is State.NONE or file is None:
        label = ruling.filing.situation.fields[field].label
        why = f"{says(label, known)}，请上传" if known else "请上传"
        return {"state": "upload", "why": why, "types": TYPES, "largest": LARGEST}
    named, upload = file
    use = upload.fit(named.wish, law_date(ruling.facts.now))
    institution, valid_until = (use.institution, use.valid_until) if use else (None, None)
    return {
        "state": "filed" if known.state is State.HELD else "scanning",
        "why": _why(known, institution),
        "digest": named.digest,
        "institution": institution,
        "uploaded_at": known.uploaded_at,
        "valid_until": valid_until,
    }


def _why(known: Uploaded, institution: str | None) -> str:
    if known.state is not State.HELD:
        return f"{institution or ''}已经登记，还没有传到或者正在查验"
    return f"{institution}已经上传，不需要再次提交" if institution else "档案中已有，不需要再次提交"


def _file(ruling: Ruling, field: str) -> tuple[Named, Upload] | None:
    named = next((file for file in ruling.files if file.field == field), None)
    item = ruling.items.get(named.key) if named else None
    return (named, Upload.read(item.body)) if named and item else None

"""Uploads as kept: the dossiers of holders, the files that a form names, and the cases that rest on them."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any, Final, NamedTuple

from miaoban.case.events import WaitedRecord
from miaoban.catalogue.errors import FormError, Problem
from miaoban.catalogue.expressions import value_at
from miaoban.catalogue.fields import FieldType
from miaoban.catalogue.matter import Material, Matter
from miaoban.catalogue.situations import Situation
from miaoban.decision.materials import CURE, SCANNING, says
from miaoban.evidence.record import State
from miaoban.evidence.upload import Upload, Uploaded, Wish, seen
from miaoban.operations.filings import Filing
from miaoban.ports import Vault
from miaoban.storage import Check, Item, Items, Key, Put, Table, Write

SOURCE: Final = "uploads"
"""The name under which cases wait for files; no department's source has it."""
UNUSED: Final = "UPLOADS"
"""The index partition of the files that no case rests on, by the day until which they are kept."""
ENTERPRISE, PERSON = "001", "111"


class Named(NamedTuple):
    """A file that a form names: its field, its digest, whose it is and what it is wanted for."""

    field: str
    digest: str
    holder: str
    wish: Wish

    @property
    def key(self) -> Key:
        """Where the file is noted."""
        return upload_key(self.holder, self.digest)


def partition(holder: str) -> str:
    """The partition of a holder's dossier."""
    return f"UPLOADS#{holder}"


def upload_key(holder: str, digest: str) -> Key:
    """One file of a holder's dossier."""
    return Key(Table.CASES, partition(holder), digest)


def holder_in(key: Key) -> str:
    """Whose dossier a file is in."""
    return key.partition.removeprefix(partition(""))


def enterprise(vault: Vault, uscc: str) -> str:
    """An enterprise as the holder of a dossier; a person is known by the pseudonym of the own number."""
    return vault.pseudonym(ENTERPRISE, uscc)


def is_enterprise(matter: Matter) -> bool:
    """Whether a matter's files go to an enterprise's dossier: its code stands in the form. Else they are the applicant's."""
    return matter.holder.code.startswith("form.")


def holder_of(vault: Vault, matter: Matter, form: Mapping[str, Any], person: str) -> str:
    """Whose dossier the files of a filing are in, for a form in comparable form and the applicant's pseudonym."""
    code = value_at({"form": form}, matter.holder.code) if is_enterprise(matter) else None
    return person if code is None else enterprise(vault, str(code))


def wish_for(matter: Matter, situation: Situation, field: str) -> Wish:
    """What a file in a field is wanted for."""
    carrying = {code: material for code, material in situation.materials.items() if field in material.fields}
    standards = (material.standard for material in carrying.values() if material.standard)
    return Wish(matter=matter.code, materials=tuple(carrying), standards=tuple(standards))


def taking(situation_materials: Mapping[str, Material], fields: Mapping[str, Any]) -> dict[str, str]:
    """The materials that are handed in as files, each with its field."""
    return {
        code: field
        for code, material in situation_materials.items()
        for field in material.fields
        if field in fields and fields[field].type is FieldType.DIGEST
    }


def named(vault: Vault, filing: Filing, form: Mapping[str, Any]) -> tuple[Named, ...]:
    """The files that a form in comparable form names."""
    fields = filing.situation.fields
    digests = {code: form[code] for code, field in fields.items() if field.type is FieldType.DIGEST and form.get(code)}
    if not digests:
        return ()
    matter, situation = filing.published.matter, filing.situation
    holder = holder_of(vault, matter, form, filing.party.number.pseudonym)
    return tuple(Named(code, digest, holder, wish_for(matter, situation, code)) for code, digest in digests.items())


def found(files: Iterable[Named], items: Items, filing: Filing, today: date) -> dict[str, Uploaded]:
    """What is known of the files that a form names, by field."""
    return {file.field: seen(_read(items.get(file.key)), file.wish, today, (filing.case,)) for file in files}


def refuse_unready(files: Iterable[Named], items: Items, filing: Filing, today: date) -> None:
    """Raise FormError, naming every file that is not there or may not be used; one that is being scanned may come yet."""
    states, fields = found(files, items, filing, today), filing.situation.fields
    problems = [
        Problem(pointer=f"/form/{code}", code="material-unusable", message=f"{says(fields[code].label, one)}，{CURE}")
        for code, one in states.items()
        if one.state is State.NONE
    ]
    if problems:
        raise FormError(problems)


def waited(files: Iterable[Named], uploads: Mapping[str, Uploaded], waiting_for: Iterable[str]) -> tuple[WaitedRecord, ...]:
    """The files that a waiting case must hear of."""
    if SCANNING not in waiting_for:
        return ()
    open_ = (file for file in files if uploads[file.field].state is State.UNKNOWN)
    return tuple(dict.fromkeys(WaitedRecord(source=SOURCE, key=waited_key(file.holder, file.digest)) for file in open_))


def waited_key(holder: str, digest: str) -> str:
    """The key under which cases wait for a file."""
    return f"{holder}#{digest}"


def resting(files: Iterable[Named], items: Items, case: str) -> Iterator[Write]:
    """A case rests on its files: each notes it, and stands as it was read; what a case rests on is kept."""
    for key in dict.fromkeys(file.key for file in files if file.key in items):
        item = items[key]
        upload = Upload.read(item.body)
        if case in upload.cases:
            yield Check(key, item.version)
        else:
            yield put(upload.model_copy(update={"cases": (*upload.cases, case)}), item.version)


def put(upload: Upload, version: int, due: str | None = None) -> Put:
    """Write a file's note over the version that was read; `due` is the day until which it is kept without a case."""
    queue = UNUSED if due else None
    key = upload_key(upload.holder, upload.digest)
    return Put(Item(key, upload.text(), version=version + 1, queue=queue, queue_at=due), replaces=version)


def _read(item: Item | None) -> Upload | None:
    return Upload.read(item.body) if item else None

"""Materials as files: links to upload them, dossiers, and links to read what a case rests on."""

from datetime import datetime, timedelta
from typing import Final

from chalice import Blueprint  # type: ignore[attr-defined]

from functions.api.calls import Call
from functions.api.guards import permit_material
from functions.api.looking import looked
from functions.api.models import PresentPerson
from functions.api.routing import operation
from miaoban.access.principal import Role
from miaoban.access.resources import Resource
from miaoban.access.routes import Action
from miaoban.evidence.privacy import comparable
from miaoban.evidence.upload import FileType, Stage, Upload
from miaoban.identifiers import IdentifierError, Uscc
from miaoban.models import Frozen
from miaoban.operations.cases import filing, load
from miaoban.operations.dossier import Dossier, DossierFile, Viewer, dossier
from miaoban.operations.errors import NotFoundError
from miaoban.operations.uploading import Uploader, UploadRequest, UploadTicket, begin
from miaoban.operations.uploads import named
from miaoban.operations.withdrawing import withdraw

routes = Blueprint(__name__)
READING_LASTS: Final = timedelta(minutes=2)


class UploadBody(UploadRequest):
    """What is to be uploaded; `applicant` only from a window."""

    applicant: PresentPerson | None = None


class MaterialLink(Frozen):
    """A file of a case: what it is, and the link that reads it until then."""

    field: str
    label: str
    digest: str
    type: FileType
    size: int
    url: str
    until: datetime


@operation(routes, Action.PUT_UPLOAD, UploadTicket, UploadBody)
def put_upload(call: Call) -> UploadTicket:
    """Announce a file by its digest and get the link to send it; what the dossier has already need not be sent again."""
    body = call.body(UploadBody)
    uploader = _uploader(call, body.applicant)
    call.require(Resource.dossier(owner=uploader.owner))
    request = UploadRequest.model_validate(body.model_dump(exclude={"applicant"}))
    return begin(call.services, call.path["digest"], request, uploader)


@operation(routes, Action.READ_DOSSIER, Dossier)
def read_dossier(call: Call) -> Dossier:
    """Read what the own dossier holds, or that of an enterprise for which the caller acts or has uploaded."""
    call.require(Resource.dossier(owner=call.owner))
    return dossier(call.services, viewer(call), _uscc(call), call.query.get("cursor"))


@operation(routes, Action.DROP_UPLOAD, DossierFile)
def drop_upload(call: Call) -> DossierFile:
    """Take back what the caller agreed to: the file serves no new case for it, and is deleted when no case rests on it."""
    call.require(Resource.dossier(owner=call.owner))
    return withdraw(call.services, viewer(call), _uscc(call), call.path["digest"])


@operation(routes, Action.READ_MATERIAL, MaterialLink)
def read_material(call: Call) -> MaterialLink:
    """Read a file that a case rests on: a link that works for two minutes."""
    services, code = call.services, call.path["field"]
    case = load(services, call.path["case"]).case
    permit_material(call)(case)
    found = filing(services, case)
    file = next(
        (one for one in named(services.vault, found, comparable(found.situation.fields, case.form)) if one.field == code), None
    )
    item = services.store.read([file.key]).get(file.key) if file else None
    upload = Upload.read(item.body) if item else None
    if upload is None or upload.stage is not Stage.HELD or upload.name is None:
        raise NotFoundError("这个办件没有可以查看的这份材料：没有上传，或者正在查验")
    label = found.situation.fields[code].label
    answer = MaterialLink(
        field=code,
        label=label,
        digest=upload.digest,
        type=upload.type,
        size=upload.size,
        url=services.files.sign_get(upload.name, upload.type, READING_LASTS),
        until=services.now() + READING_LASTS,
    )
    return looked(call, case, answer, label)


def viewer(call: Call) -> Viewer:
    """Who calls, as to dossiers."""
    principal = call.principal
    acts_for = tuple(map(str, principal.acts_for))
    return Viewer(owner=call.owner, person=principal.owner_key, acts_for=acts_for)


def _uscc(call: Call) -> str | None:
    """The enterprise whose dossier is meant; None for one's own."""
    holder = call.query.get("holder")
    try:
        return str(Uscc(holder)) if holder else None
    except IdentifierError as error:
        raise call.refuse("/holder", "holder-invalid", f"holder 应当是统一社会信用代码，请改正（{error}）") from None


def _uploader(call: Call, present: PresentPerson | None) -> Uploader:
    principal = call.principal
    if principal.has(Role.WINDOW) and present is not None:
        owner = call.party_of(present.number, present.name).owner
        return Uploader(owner=owner, person=owner, assisted_by=principal.subject)
    if principal.has(Role.WINDOW) or present is not None:
        raise call.refuse("/applicant", "applicant-wrong", "窗口代为上传时填写在场申请人；其他人上传时，请删除 applicant")
    if principal.has(Role.INTERMEDIARY):
        code = str(principal.acts_for[0])
        return Uploader(owner=call.owner, person=principal.owner_key, institution=(code, principal.name or code))
    return Uploader(owner=call.owner, person=principal.owner_key)

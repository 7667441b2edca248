"""Uploading: terms are agreed on and a link is signed; what is held already within its purpose need not be sent again."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from pydantic import Field as Declared

from miaoban.catalogue.errors import Problem, ProblemsError
from miaoban.catalogue.fields import FieldType
from miaoban.catalogue.matter import Matter
from miaoban.evidence.upload import LARGEST, FileType, Stage, Upload, Use
from miaoban.identifiers import ResidentId, Uscc
from miaoban.models import Frozen
from miaoban.operations.editions import current
from miaoban.operations.retrying import retried
from miaoban.operations.services import Services, law_date
from miaoban.operations.uploads import PERSON, enterprise, holder_in, is_enterprise, put, upload_key
from miaoban.ports import Terms
from miaoban.storage import Commit, Key

INCOMING: Final = "incoming"
LINK_LASTS: Final = timedelta(minutes=15)
AWAITED_DAYS: Final = timedelta(days=2)
"""How long the note of a file stays that never came."""
MOST_USES: Final = 50
_DIGEST: Final = re.compile(r"sha256:[0-9a-f]{64}")


class UploadRequest(Frozen):
    """What is to be uploaded: for which material of which matter, and the file's size and type.

    `holder` is the credit code of the enterprise to whose dossier it goes; an institution may also name a person's number.
    `reusable` says that other matters that ask for the same standard material may use it too.
    """

    matter: str = Declared(max_length=80)
    material: str = Declared(max_length=80)
    size: int = Declared(ge=1, le=LARGEST)
    type: FileType
    holder: str | None = Declared(default=None, max_length=30)
    reusable: bool = False
    valid_until: date | None = None


@dataclass(frozen=True)
class Uploader:
    """Who uploads: its owner key, its own number's pseudonym, and the third party for which it acts, by code and name.

    `assisted_by` is the official at whose window the person is.
    """

    owner: str
    person: str | None = None
    institution: tuple[str, str] | None = None
    assisted_by: str | None = None

    @property
    def by(self) -> str:
        """The account under which it uploads."""
        return f"institution:{self.institution[0]}" if self.institution else self.owner


class UploadTicket(Frozen):
    """What became of a request: the file is held already, or is to be sent by PUT to `url` with these headers, until then."""

    digest: str
    stage: Stage
    url: str | None = None
    headers: Mapping[str, str] = Declared(default_factory=dict)
    until: datetime | None = None


class UploadError(ProblemsError):
    """Raised when a file can not be uploaded so: for no material, into no dossier, already over, or known to be harmful."""

    code = "upload-invalid"


def begin(services: Services, digest: str, request: UploadRequest, uploader: Uploader) -> UploadTicket:
    """Note a file of this digest that will be uploaded and sign the link; asked again, it answers with a fresh link.

    Raises UploadError, MatterNotFoundError, BusyError.
    """
    if not _DIGEST.fullmatch(digest):
        raise _problem("/digest", "digest-invalid", "文件摘要应当是 sha256: 加 64 位小写十六进制数字，请重新计算")
    matter = current(services, request.matter).matter
    use = _use(services, matter, request, uploader)
    holder = _holder(services, matter, request, uploader)
    upload = retried(lambda: _noted(services, request, upload_key(holder, digest), use))
    if upload.stage is Stage.HELD:
        return UploadTicket(digest=upload.digest, stage=upload.stage)
    sha256 = upload.digest.partition(":")[2]
    signed = services.files.sign_put(f"{INCOMING}/{holder}/{sha256}", Terms(upload.type, upload.size, sha256), LINK_LASTS)
    until = services.now() + LINK_LASTS
    return UploadTicket(digest=upload.digest, stage=upload.stage, url=signed.url, headers=signed.headers, until=until)


def _noted(services: Services, request: UploadRequest, key: Key, use: Use) -> Upload:
    item = services.store.read([key]).get(key)
    before = Upload.read(item.body) if item else None
    if before and before.stage is Stage.REFUSED and before.why == "malware":
        raise _problem("/digest", "material-malware", "这个文件查出过恶意程序，不能再上传，请换成没有问题的文件")
    terms = {"holder": holder_in(key), "digest": key.sort, "type": request.type, "size": request.size}
    kept = before if before and before.stage is Stage.HELD else Upload(**terms, uses=(), cases=before.cases if before else ())
    others = [one for one in (before.uses if before else ()) if (one.matter, one.material, one.by) != _who(use)]
    after = kept.model_copy(update={"uses": (*others, use)[-MOST_USES:]})
    due = None if after.cases else _due(services, after, use)
    services.store.commit(Commit((put(after, item.version if item else 0, due),)))
    return after


def _who(use: Use) -> tuple[str, str, str]:
    return use.matter, use.material, use.by


def _due(services: Services, upload: Upload, use: Use) -> str:
    """The day until which a file is kept that no case rests on."""
    kept = services.files_kept if upload.stage is Stage.HELD else AWAITED_DAYS
    return law_date(use.at + kept).isoformat()


def _use(services: Services, matter: Matter, request: UploadRequest, uploader: Uploader) -> Use:
    taking = {code: material for code, material in matter.materials.items() if _is_file(matter, code)}
    material = taking.get(request.material)
    if material is None:
        known = "、".join(f"{code}（{one.name}）" for code, one in taking.items()) or "没有"
        raise _problem("/material", "material-unknown", f"“{matter.name}”没有这项要上传的材料，可选：{known}")
    now = services.now()
    if request.valid_until and request.valid_until < law_date(now):
        raise _problem("/valid_until", "material-expired", "这份材料已经过了有效期，请上传仍然有效的")
    return Use(
        matter=matter.code,
        material=request.material,
        standard=material.standard,
        reusable=request.reusable,
        valid_until=request.valid_until,
        by=uploader.by,
        institution=uploader.institution[1] if uploader.institution else None,
        assisted_by=uploader.assisted_by,
        at=now,
    )


def _is_file(matter: Matter, material: str) -> bool:
    return any(matter.fields[code].type is FieldType.DIGEST for code in matter.materials[material].fields)


def _holder(services: Services, matter: Matter, request: UploadRequest, uploader: Uploader) -> str:
    """Whose dossier it goes to; only an institution uploads for another person."""
    if is_enterprise(matter):
        return enterprise(services.vault, str(_code(Uscc, request.holder, "请在 holder 中填写企业的统一社会信用代码")))
    if uploader.institution:
        number = _code(ResidentId, request.holder, "请在 holder 中填写申请人的身份号码")
        return services.vault.pseudonym(PERSON, str(number))
    if request.holder is not None or uploader.person is None:
        raise _problem("/holder", "field-unknown", "这个事项的材料存入申请人本人的档案，请删除 holder")
    return uploader.person


def _code(kind: type[Uscc] | type[ResidentId], text: str | None, cure: str) -> Uscc | ResidentId:
    try:
        return kind(text or "")
    except ValueError as error:
        raise _problem("/holder", "holder-invalid", f"{cure}（{error}）" if text else cure) from None


def _problem(pointer: str, code: str, message: str) -> UploadError:
    return UploadError([Problem(pointer=pointer, code=code, message=message)])

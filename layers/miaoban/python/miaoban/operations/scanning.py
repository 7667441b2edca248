"""Scanning: a file that arrived is measured, scanned and moved to where it can be read; or it is refused, and goes."""

from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Final, NamedTuple

from miaoban.evidence.upload import Stage, Upload, is_type
from miaoban.models import Frozen
from miaoban.operations.retrying import retried
from miaoban.operations.services import Services, law_date
from miaoban.operations.uploading import INCOMING
from miaoban.operations.uploads import SOURCE, put, upload_key, waited_key
from miaoban.operations.wake import wake
from miaoban.ports import ObjectChangedError, Scanner
from miaoban.storage import Commit

HELD: Final = "held"
PART: Final = 1024 * 1024
"""Bytes of one read."""
NAME_LETTERS: Final = 12


class Arrived(Frozen):
    """What the bucket tells: an object, its size and the tag of what it holds."""

    name: str
    size: int
    tag: str


class Found(NamedTuple):
    """What scanning came to: nothing, or the code of what is wrong with the file, and what the scanner calls it."""

    why: str | None = None
    malware: str | None = None


def scan(services: Services, scanner: Scanner, arrived: Arrived) -> Found | None:
    """Scan an upload and wake the cases that wait for it; told twice, it finds the work done.

    None if nobody announced it or it is not there any more. Raises UnavailableError, to be told again.
    """
    _, holder, digest = (*arrived.name.split("/"), "", "")[:3]
    key = upload_key(holder, f"sha256:{digest}")
    item = services.store.read([key]).get(key) if arrived.name.startswith(f"{INCOMING}/") and digest else None
    upload = Upload.read(item.body) if item else None
    if upload is None or upload.stage is Stage.DROPPED:
        services.files.remove(arrived.name)
        return None
    found = Found()
    if upload.stage is Stage.AWAITED:
        try:
            found = _examined(services, scanner, arrived, upload)
            _settled(services, arrived, upload, found)
        except ObjectChangedError:
            return None
    services.files.remove(arrived.name)
    wake(services, SOURCE, [waited_key(upload.holder, upload.digest)])
    return found


def _examined(services: Services, scanner: Scanner, arrived: Arrived, upload: Upload) -> Found:
    if arrived.size != upload.size:
        return Found("mismatch")
    measured = sha256()

    def measuring() -> Iterator[bytes]:
        for part in _parts(services, arrived):
            measured.update(part)
            yield part

    beginning = services.files.read(arrived.name, arrived.tag, 0, min(arrived.size, 16))
    malware = scanner.scan(measuring())
    # What the scanner says is of these bytes: it counts against the digest only if they are those of the digest.
    if f"sha256:{measured.hexdigest()}" != upload.digest:
        return Found("mismatch", malware)
    if malware is not None:
        return Found("malware", malware)
    return Found() if is_type(upload.type, beginning) else Found("type")


def _parts(services: Services, arrived: Arrived) -> Iterator[bytes]:
    for start in range(0, arrived.size, PART):
        yield services.files.read(arrived.name, arrived.tag, start, min(start + PART, arrived.size))


def _settled(services: Services, arrived: Arrived, upload: Upload, found: Found) -> None:
    """Note what was found; a file that is held lies where it can be read before anybody is told so."""
    name = f"{HELD}/{upload.holder}/{upload.digest.partition(':')[2]}/{services.new_id(NAME_LETTERS)}"
    if found.why is None:
        services.files.copy(arrived.name, arrived.tag, name)
    stage = Stage.HELD if found.why is None else Stage.REFUSED
    told = {"stage": stage, "why": found.why, "name": name if found.why is None else None, "scanned_at": services.now()}
    if not retried(lambda: _noted(services, upload, told)) and found.why is None:
        services.files.remove(name)


def _noted(services: Services, upload: Upload, told: Mapping[str, object]) -> bool:
    """Note what was found; False where another scan of the file has been noted meanwhile, and stands."""
    key = upload_key(upload.holder, upload.digest)
    item = services.store.read([key]).get(key)
    if item is None:
        raise ObjectChangedError("文件的登记已经删除，请重新上传")
    before = Upload.read(item.body)
    if before.stage is not Stage.AWAITED:
        return False
    due = None if before.cases else law_date(services.now() + services.files_kept).isoformat()
    services.store.commit(Commit((put(before.model_copy(update=told), item.version, due),)))
    return True

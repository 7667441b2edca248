"""Withdrawing: who agreed that a file serves takes that back (个人信息保护法 art. 15); cases that rest on it keep it."""

from miaoban.evidence.upload import Stage, Upload
from miaoban.operations.dossier import DossierFile, Viewer, mine, shown
from miaoban.operations.errors import NotFoundError
from miaoban.operations.retrying import retried
from miaoban.operations.services import Services, law_date
from miaoban.operations.uploads import enterprise, put, upload_key
from miaoban.storage import Commit


def withdraw(services: Services, viewer: Viewer, uscc: str | None, digest: str) -> DossierFile:
    """End the uses of a file that the viewer made; without any use and any case it is deleted the next day at the latest.

    Raises NotFoundError for a file of which the viewer has made no use, BusyError.
    """
    holder = enterprise(services.vault, uscc) if uscc else viewer.person or ""
    key = upload_key(holder, digest)

    def attempt() -> DossierFile:
        item = services.store.read([key]).get(key)
        upload = Upload.read(item.body) if item else None
        own = mine(viewer)
        if item is None or upload is None or upload.stage is Stage.DROPPED or not any(use.by in own for use in upload.uses):
            raise NotFoundError("档案里没有您上传的这份材料，请核对摘要和 holder")
        left = tuple(use for use in upload.uses if use.by not in own)
        after = upload.model_copy(update={"uses": left})
        due = item.queue_at if left or upload.cases else law_date(services.now()).isoformat()
        services.store.commit(Commit((put(after, item.version, due),)))
        return shown(after, left)

    return retried(attempt)

"""Supervise: flags as supervision reads and closes them."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from miaoban.case.case import Case
from miaoban.case.errors import CaseStateError
from miaoban.identifiers import RegionCode
from miaoban.operations import keys
from miaoban.operations.errors import NotFoundError
from miaoban.operations.flagging import Flag, flag_item
from miaoban.operations.once import Once
from miaoban.operations.retrying import retried
from miaoban.operations.services import Services
from miaoban.operations.views import view
from miaoban.storage import Commit, Index, Item, Items, Put, Range

PermitFlag = Callable[[Flag], None]


def open_flags(services: Services, region: str, cursor: str | None) -> tuple[tuple[Flag, ...], str | None]:
    """The open flags of a county, or of a whole city."""
    county = RegionCode(region).county
    start, end = (f"{county}#", f"{county}$") if county else ("", "\U0010ffff")
    page = services.store.query(Range(Index.QUEUE, keys.flags(region), start=start, end=end, cursor=cursor))
    return tuple(Flag.read(item.body) for item in page.items), page.cursor


def cases_of(services: Services, flags: Iterable[Flag]) -> dict[str, Case]:
    """The cases of flags, by their numbers."""
    keys_ = [keys.case(flag.case) for flag in flags if flag.case]
    found = services.store.read(dict.fromkeys(keys_)) if keys_ else {}
    return {case.id: case for case in (Case.read(item.body) for item in found.values())}


def read_flag(services: Services, flag_id: str) -> Flag:
    """A flag; raises NotFoundError."""
    return Flag.read(_item(services.store.read([keys.flag(flag_id)]), flag_id).body)


def close_flag(
    services: Services, flag_id: str, supervisor: str, note: str, once: Once, permit: PermitFlag
) -> Mapping[str, Any]:
    """Close a flag with what was found; raises NotFoundError, CaseStateError."""

    def attempt() -> Mapping[str, Any]:
        items = services.store.read([keys.flag(flag_id), once.key])
        item = _item(items, flag_id)
        flag = Flag.read(item.body)
        permit(flag)
        answered = once.answered(items)
        if answered is not None:
            return answered
        if flag.closed_at is not None:
            raise CaseStateError("这个监察线索已经关闭，请刷新后查看")
        closed = flag.model_copy(update={"closed_at": services.now(), "closed_by": supervisor, "note": note})
        answer = view(closed)
        services.store.commit(Commit((Put(flag_item(closed, item.version + 1), item.version), once.remember(answer))))
        return answer

    return retried(attempt)


def _item(items: Items, flag_id: str) -> Item:
    item = items.get(keys.flag(flag_id))
    if item is None:
        raise NotFoundError("没有这个监察线索，请核对编号")
    return item

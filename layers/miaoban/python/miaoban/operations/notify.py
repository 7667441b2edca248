"""Notify: each case event goes to the owner's inbox and to the department; a licence's event, and a retry, to that alone.

The inbox item's key and content follow from the event, so a repeated event finds its item there and changes nothing.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from pydantic import TypeAdapter

from miaoban.case.errors import CaseErasedError
from miaoban.models import Frozen
from miaoban.operations import keys
from miaoban.operations.courier import Courier, Report
from miaoban.operations.deliveries import DeliveryRef, Redelivery, moment
from miaoban.operations.delivering import deliver
from miaoban.operations.relay import LICENCES, CloudEvent, Relayed, Tolerant
from miaoban.operations.retrying import retried
from miaoban.operations.services import Services
from miaoban.operations.subscribers import subscribers
from miaoban.ports import ConflictError
from miaoban.storage import Check, Commit, Item, Put, Range

KEPT = timedelta(days=731)
"""How long an inbox item is kept: two years."""


class Words(NamedTuple):
    """A title, and a sentence that begins with the matter and the case."""

    title: str
    sentence: str


WORDS: Mapping[str, Words] = {
    "submitted": Words("申请已收到", "已收到，正在办理。"),
    "approved": Words("办件已通过", "已办结，结果为通过。"),
    "refused": Words("办件未通过", "已办结，结果为未通过。理由、依据和救济途径请见办件详情。"),
    "redirected": Words("请按指引办理", "无需在此办理或应在别处办理，请按办件详情中的指引办理。"),
    "correcting": Words("需要补正", "需要补正，请在办件详情所列期限内一次补齐。"),
    "waiting": Words("等待部门数据", "正在等待部门数据，数据到达后自动继续办理，您无需操作。"),
    "reviewing": Words("已转人工核查", "已转人工核查，请留意办理结果。"),
    "corrected": Words("补正已收到", "的补正已收到，正在办理。"),
    "handed": Words("已转人工办理", "已转人工办理，请留意办理结果。"),
    "opined": Words("部门已出具意见", "已有一个审批部门出具意见，正在继续办理。"),
    "disputed": Words("异议已送部门核对", "的数据异议已送部门核对，答复后自动继续办理。"),
    "upheld": Words("部门已答复异议", "的数据异议已有答复，转人工核查，请留意办理结果。"),
    "set-aside": Words("证照已被撤销", "取得的证照已依法撤销。理由和救济途径请见办件详情。"),
    "withdrawn": Words("办件已撤回", "已撤回。如仍需办理，可重新申请。"),
}
NEWS = Words("办件有新进展", "有新进展，请查看办件详情。")
"""What is said of an event that this version has no words for."""


class InboxItem(Frozen):
    """A message to a person about a case of his."""

    id: str
    case: str
    matter_name: str
    type: str
    status: str
    title: str
    message: str
    licence: str | None = None
    at: datetime


class InboxPage(Frozen):
    """A page of an inbox, newest first."""

    items: tuple[InboxItem, ...]
    cursor: str | None = None


class Envelope(Tolerant):
    """What the bus puts around an event in a queue."""

    detail: CloudEvent


Message = Envelope | Redelivery
_MESSAGE: TypeAdapter[Message] = TypeAdapter(Message)


def read_message(text: str) -> Message:
    """Read a message of the notify queue; raises pydantic's ValidationError, which quotes nothing."""
    return _MESSAGE.validate_json(text)


def notify(services: Services, courier: Courier, message: Message) -> Report:
    """Take one message; it may come again, late or out of order.

    Raises UnavailableError when the store, the vault or the queue fails, BusyError when others write at once again and again:
    the same message may then be taken again.
    """
    if isinstance(message, Redelivery):
        return deliver(services, courier, message.delivery)
    event = message.detail
    told = _stands(services, event.data) if event.type.startswith(LICENCES) else _write(services, event.data)
    if not told:
        return Report(CaseErasedError.code, event.id)
    ref = DeliveryRef(department=event.data.department, region=event.data.region, event=event.id)
    for other in _others(services, event, ref):
        deliver(services, courier, other, event)
    return deliver(services, courier, ref, event)


def _others(services: Services, event: CloudEvent, ref: DeliveryRef) -> Iterator[DeliveryRef]:
    """Who else is told: the department whose record is disputed, and those that hear of the department's licences."""
    if event.data.also not in {None, ref.department}:
        yield ref.model_copy(update={"department": event.data.also})
    if event.type.startswith(LICENCES):
        yield from subscribers(services, event.data, event.id)


def inbox_item(happened: Relayed) -> Item:
    """The inbox item of an event, as stored."""
    written = InboxItem(
        id=happened.id,
        case=happened.case,
        matter_name=happened.matter_name,
        type=happened.type,
        status=happened.status,
        title=_words(happened).title,
        message=_sentence(happened),
        licence=happened.licence,
        at=happened.at,
    )
    key = keys.inbox(happened.owner, moment(happened.at), happened.id)
    return Item(key, written.text(), expires=int((happened.at + KEPT).timestamp()))


def read_inbox(services: Services, owner: str, cursor: str | None = None) -> InboxPage:
    """Read a page of an owner's inbox, newest first; raises CursorError."""
    page = services.store.query(Range(None, keys.inbox_partition(owner), descending=True, cursor=cursor))
    return InboxPage(items=tuple(InboxItem.read(item.body) for item in page.items), cursor=page.cursor)


def _words(happened: Relayed) -> Words:
    return WORDS.get(happened.type.removeprefix("cn.miaoban.case.").removesuffix(".v1"), NEWS)


def _sentence(happened: Relayed) -> str:
    licence = f"证照编号：{happened.licence}。" if happened.licence else ""
    return f"您的“{happened.matter_name}”（办件编号 {happened.case}）{_words(happened).sentence}{licence}"


def _stands(services: Services, happened: Relayed) -> bool:
    """Whether the case of a licence's event has not been erased; the person is told by the case's own event."""
    erased = keys.erased(keys.case(happened.case))
    return erased not in services.store.read([erased])


def _write(services: Services, happened: Relayed) -> bool:
    """Write the inbox item; False if the case has been erased, for then a late message must not bring it back."""
    item, erased = inbox_item(happened), keys.erased(keys.case(happened.case))

    def attempt() -> bool | None:
        try:
            services.store.commit(Commit((Put(item), Check(erased, 0))))
        except ConflictError:
            # Events of one case that are told at once conflict too: only what stands says why.
            found = services.store.read([item.key, erased])
            if erased in found:
                return False
            # An earlier version of this code has already told the person, in other words.
            return True if item.key in found else None
        return True

    return retried(attempt)

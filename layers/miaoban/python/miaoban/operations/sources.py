"""The sources as receiving knows them: read from the catalogue, remembered for a minute, with their forms compiled."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from miaoban.catalogue.errors import Problem
from miaoban.catalogue.form import Form
from miaoban.catalogue.source import Access, RecordKind, Source
from miaoban.evidence.errors import MessageError, SourceNotPushedError
from miaoban.operations import keys
from miaoban.operations.services import Services

REMEMBERED = timedelta(minutes=1)


@dataclass(frozen=True)
class Known:
    """A source at the moment it was read. Forms are compiled as they are first needed."""

    source: Source
    read_at: datetime
    _forms: dict[tuple[str, bool], Form] = field(default_factory=dict, repr=False)

    def check_pushed(self, *, answer: bool) -> None:
        """Raise SourceNotPushedError unless the source is pushed to us, or this answers a question over its queue."""
        match self.source.access, answer:
            case (Access.REGISTRY, _) | (Access.QUEUE, True):
                return
            case Access.QUEUE, _:
                cure = "请只答复收到的询问，并在报文的 correlation 中写明询问的 id"
            case _:
                cure = "由平台实时查询，请停止推送，或者联系平台改变接入方式"
        raise SourceNotPushedError(f"数源“{self.source.name}”不接收推送：{cure}")

    def kind(self, code: str) -> RecordKind:
        """A kind of the source's records; raises MessageError."""
        kind = self.source.kinds.get(code)
        if kind is None:
            known = "、".join(self.source.kinds)
            raise unknown("/data/kind", "kind-unknown", f"数源“{self.source.name}”没有这种记录，可选：{known}")
        return kind

    def form(self, code: str, *, withdrawn: bool) -> Form:
        """The form that the values of a kind must fit: all fields, or the key alone for a withdrawn record."""
        if (code, withdrawn) not in self._forms:
            self._forms[code, withdrawn] = _form(self.kind(code), withdrawn=withdrawn)
        return self._forms[code, withdrawn]


class Sources:
    """The published sources, each read at most once a minute; those that do not exist are asked for each time."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._known: dict[str, Known] = {}

    def known(self, code: str) -> Known:
        """A source by its code; raises MessageError."""
        found = self._known.get(code)
        if found is None or self._services.now() - found.read_at > REMEMBERED:
            found = self._known[code] = self._read(code)
        return found

    def _read(self, code: str) -> Known:
        item = self._services.store.read([keys.source(code)]).get(keys.source(code))
        if item is None:
            raise unknown("/data/source", "source-unknown", "数源目录中没有这个数源，请核对编码或者先行登记")
        return Known(Source.read(item.body), self._services.now())


def unknown(pointer: str, code: str, sentence: str) -> MessageError:
    """The error for something that the catalogue does not have."""
    told = f"报文的 {pointer} 无效：{sentence}"
    return MessageError(told, [Problem(pointer=pointer, code=code, message=told)])


def _form(kind: RecordKind, *, withdrawn: bool) -> Form:
    """The key is required whatever the source's text says: without it a record cannot be found again."""
    key = {code: kind.fields[code].model_copy(update={"required": True}) for code in kind.key}
    return Form(key if withdrawn else {**kind.fields, **key})

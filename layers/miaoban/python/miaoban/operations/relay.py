"""Relaying: a case's event as a CloudEvent (CloudEvents 1.0.2, JSON format), without what is in the event itself.

`Relayed` repeats the fields of `happened.Happened` but `event`: the relay and its consumers would otherwise import all of
deciding, which triples their cold start. A test holds the two together.
"""

from datetime import datetime
from typing import Final, Literal

from pydantic import ConfigDict, ValidationError

from miaoban.errors import FinalError
from miaoban.models import Frozen
from miaoban.ports import Event

SOURCE: Final = "/miaoban/cases"
LICENCES: Final = "cn.miaoban.licence."
"""How the types of licences' events begin."""
Change = Literal["issued", "replaced", "cancelled", "set-aside"]
"""What can become of a licence."""
EVENT_PREFIX = "EVENT#"


class UnreadableError(FinalError):
    """Raised when a stored event can not be read: the code that reads is older than the data, or the data is damaged."""

    code = "event-unreadable"


class Tolerant(Frozen):
    """A model of what another version of this code may have written: keys that it does not know are left out."""

    model_config = ConfigDict(extra="ignore")


class Told(Tolerant):
    """What a department's system is told of a case's event; who it concerns, it can look up under the case's number.

    `also` is another department that is told: the one whose record is disputed.
    """

    id: str
    case: str
    number: int
    matter: str
    matter_name: str
    region: str
    department: str
    type: str
    status: str
    licence: str | None = None
    change: Change | None = None
    also: str | None = None
    correlation: str | None = None
    at: datetime


class Relayed(Told):
    """What is relayed of a case's event; `owner` is the pseudonym that finds the person's inbox."""

    owner: str


class Cloud(Tolerant):
    """The attributes of a case's event as a CloudEvent."""

    specversion: Literal["1.0"] = "1.0"
    id: str
    source: Literal["/miaoban/cases"] = SOURCE
    type: str
    time: datetime
    subject: str
    datacontenttype: Literal["application/json"] = "application/json"


class ToldEvent(Cloud):
    """A case's event as a department's system receives it."""

    data: Told


class CloudEvent(Cloud):
    """A case's event on the bus."""

    data: Relayed

    def told(self) -> ToldEvent:
        """The same event, as it may leave for a department's system."""
        return ToldEvent.model_validate(self.model_dump())


def is_event(sort: str) -> bool:
    """Whether the sort key of a stored item is that of a case's event."""
    return sort.startswith(EVENT_PREFIX)


def licence_event(event_id: str) -> str:
    """The id of the licence's event that a case's event brings with it."""
    return f"{event_id}-licence"


def relayed(body: str) -> tuple[Event, ...]:
    """The events for the bus, from the stored text of a `Happened`: the case's, and the licence's if it brings or ends one.

    Raises UnreadableError, which quotes nothing.
    """
    try:
        data = Relayed.read(body)
    except ValidationError as error:
        raise UnreadableError(f"办件事件无法读取（{error.error_count()} 处不符），请核对程序版本后重新转发") from None
    told = [_published(data.id, data.type, data.case, data)]
    if data.change is not None and data.licence is not None:
        type_ = f"{LICENCES}{data.change}.v1"
        changed = data.model_copy(update={"id": licence_event(data.id), "type": type_})
        told.append(_published(changed.id, type_, data.licence, changed))
    return tuple(told)


def _published(id_: str, type_: str, subject: str, data: Relayed) -> Event:
    event = CloudEvent(id=id_, type=type_, time=data.at, subject=subject, data=data)
    return Event(source=SOURCE, type=type_, detail=event.text())

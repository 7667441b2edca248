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
EVENT_PREFIX = "EVENT#"


class UnreadableError(FinalError):
    """Raised when a stored event can not be read: the code that reads is older than the data, or the data is damaged."""

    code = "event-unreadable"


class Tolerant(Frozen):
    """A model of what another version of this code may have written: keys that it does not know are left out."""

    model_config = ConfigDict(extra="ignore")


class Told(Tolerant):
    """What a department's system is told of a case's event; who it concerns, it can look up under the case's number."""

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


def relayed(body: str) -> Event:
    """The event for the bus, from the stored text of a `Happened`; raises UnreadableError, which quotes nothing."""
    try:
        data = Relayed.read(body)
    except ValidationError as error:
        raise UnreadableError(f"办件事件无法读取（{error.error_count()} 处不符），请核对程序版本后重新转发") from None
    event = CloudEvent(id=data.id, type=data.type, time=data.at, subject=data.case, data=data)
    return Event(source=SOURCE, type=data.type, detail=event.text())

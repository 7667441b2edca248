"""Entry of the relay function: a batch of the case table's stream in, the place from which to go on out.

The order of a shard is kept: the first record that the bus did not take is named, and Lambda goes on from there. What
came after it may be published twice; consumers know an event by its id. An image that can not be read would block its
shard for a day and then be dropped together with its neighbours; so it is set aside at once, as a reference in the dead
letters, and the shard goes on. Nothing is lost: the item stays in the table, and writing it again relays it again.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from json import dumps, loads
from typing import Any, NamedTuple

from functions.relay.settings import Settings
from functions.telemetry import count, edge, logger
from miaoban.aws.bus import EventBus
from miaoban.aws.outbox import SqsOutbox
from miaoban.operations.relay import UnreadableError, is_event, relayed
from miaoban.ports import Bus, Event, Outbox

SERVICE = "relay"


@dataclass(frozen=True)
class Ports:
    """Where events go, and where references to unreadable ones go."""

    bus: Bus
    dead_letters: Outbox


class Image(NamedTuple):
    """A stored item as the stream shows it: its place in the shard, its key, and its events unless it is unreadable."""

    sequence: str
    partition: str
    sort: str
    events: tuple[Event, ...] | None


def handler(event: Mapping[str, Any], _context: object) -> dict[str, Any]:
    """Relay a batch; answers with the first sequence number to read again (ReportBatchItemFailures)."""
    return relay(ports(), event)


@cache
def ports() -> Ports:
    """Return the ports of this environment, made on first use."""
    settings = Settings.model_validate(os.environ)
    return Ports(EventBus(settings.event_bus), SqsOutbox(settings.relay_dead_letters))


def relay(ports: Ports, event: Mapping[str, Any]) -> dict[str, Any]:
    """Relay a batch through these ports; raises UnavailableError when the dead letters can not be written."""
    with edge(SERVICE):
        images = list(_images(event["Records"]))
        _set_aside(ports.dead_letters, [image for image in images if image.events is None])
        return {"batchItemFailures": _publish(ports.bus, [image for image in images if image.events is not None])}


def _images(records: Sequence[Mapping[str, Any]]) -> Iterator[Image]:
    """The new images of case events; removals and other items are passed over."""
    for change in (record["dynamodb"] for record in records):
        sort = change.get("Keys", {}).get("sk", {}).get("S", "")
        if "NewImage" in change and is_event(sort):
            yield Image(change["SequenceNumber"], change["Keys"]["pk"]["S"], sort, _events(change["NewImage"]))


def _events(image: Mapping[str, Any]) -> tuple[Event, ...] | None:
    try:
        return relayed(image.get("body", {}).get("S", ""))
    except UnreadableError:
        return None


def _set_aside(dead_letters: Outbox, images: Sequence[Image]) -> None:
    for image in images:
        fields = {"sequence": image.sequence, "pk": image.partition, "sk": image.sort}
        dead_letters.send([dumps({"reason": UnreadableError.code, **fields})])
        logger(SERVICE).error("set aside", extra={"code": UnreadableError.code, **fields})
        count(SERVICE, "SetAside", code=UnreadableError.code)


def _publish(bus: Bus, images: Sequence[Image]) -> list[dict[str, str]]:
    if not images:
        return []
    told = [(place, event) for place, image in enumerate(images) for event in image.events or ()]
    refused = bus.publish([event for _, event in told])
    failed = {told[position][0]: code for position, code in refused.items()}
    for place, image in enumerate(images):
        _log(image, failed.get(place))
    for outcome, number in (("relayed", len(told) - len(refused)), ("failed", len(refused))):
        count(SERVICE, "Events", number, outcome=outcome)
    return [{"itemIdentifier": images[min(failed)].sequence}] if failed else []


def _log(image: Image, code: str | None) -> None:
    case = image.partition.removeprefix("CASE#")
    fields = {"correlation_id": _correlation(image) or case, "event": f"{case}-{image.sort.removeprefix('EVENT#')}"}
    if code is None:
        logger(SERVICE).info("relayed", extra=fields)
    else:
        logger(SERVICE).error("not taken", extra={**fields, "code": code})


def _correlation(image: Image) -> str | None:
    correlation: str | None = loads(image.events[0].detail)["data"].get("correlation") if image.events else None
    return correlation

"""A department's system that is down for a while under a steady load of events, in virtual time: how many it never gets."""

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from tests import kit
from tests.receiver import World, batch, down_for, sample

OUTAGES: Final = ((10, 1), (60, 1), (300, 1), (600, 1), (86_400, 60))
"""Seconds for which it is down, and seconds from one event to the next."""
BEFORE: Final = 10
AFTER: Final = timedelta(hours=84)
"""What ten attempts may take."""


@dataclass(frozen=True, slots=True)
class SubscriberFigures:
    """An outage in seconds, the events of that time, those that never arrived, and the attempts that were made."""

    outage: int
    events: int
    lost: int
    attempts: int


def measure() -> tuple[SubscriberFigures, ...]:
    """Live through each outage."""
    return tuple(_lived_through(*outage) for outage in OUTAGES)


def _lived_through(outage: int, pace: int) -> SubscriberFigures:
    world = World(clock=kit.Clock())
    world.subscribe()
    world.receiver.behave = _after(world, outage, pace)
    body = sample("ok")["Records"][0]["body"]
    events = outage // pace + 2 * BEFORE
    for number in range(events):
        world.take(batch(_event(body, number)))
        then = world.clock.now + timedelta(seconds=pace)
        world.play(timedelta(seconds=pace))
        world.clock.now = then
    world.play(AFTER)
    got = set(world.receiver.taken)
    return SubscriberFigures(outage, events, events - len(got), len(world.receiver.posts))


def _after(world: World, outage: int, pace: int) -> Any:
    """Well at first, then down, then well again."""
    begun = world.clock.now + timedelta(seconds=BEFORE * pace)
    down = down_for(timedelta(seconds=outage), begun)
    well = down_for(timedelta(0), world.clock.now)
    return lambda receiver: (well if receiver.clock.now < begun else down)(receiver)


def _event(body: str, number: int) -> str:
    envelope = json.loads(body)
    case = f"211281-20260302-{number:08}"
    data = {**envelope["detail"]["data"], "id": f"{case}-0002", "case": case}
    envelope["detail"] |= {"id": f"{case}-0002", "subject": case, "data": data}
    return json.dumps(envelope, ensure_ascii=False)


if __name__ == "__main__":
    print(measure())

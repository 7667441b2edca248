"""Notify: inbox and webhook, once for each event, whatever the queue and the receiver do."""

import json
import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks import Webhook

from miaoban.memory import MemoryOutbox
from miaoban.operations import keys
from miaoban.operations.courier import Answer, UnreachableError
from miaoban.operations.deliveries import ATTEMPTS, JITTER, LEASE, LONGEST_WAIT, SCHEDULE, State, wait
from miaoban.operations.destinations import Target
from miaoban.operations.notify import NEWS, WORDS, Redelivery, read_inbox, read_message
from miaoban.operations.redeliver import due, redeliver
from miaoban.operations.subscriptions import list_deliveries, read_subscription
from miaoban.ports import UnavailableError
from miaoban.storage import Commit
from tests import kit
from tests.receiver import CASE, DEPARTMENT, EVENTS, OWNER, REGION, URL, Context, Receiver, World, batch, down_for, sample

DAYS = timedelta(days=5)
PERSONAL = (*kit.REPRESENTATIVE, *kit.AGENT, "2112**", "139****", "示例路", OWNER, "whsec_")


@pytest.fixture
def world() -> World:
    subscribed = World()
    subscribed.subscribe()
    return subscribed


@pytest.mark.parametrize(
    ("name", "again", "letters", "posts", "reason"),
    [
        ("ok", 0, 2, 2, "each event to the person and to the department"),
        ("duplicate", 0, 1, 1, "the second copy finds the first"),
        ("malformed", 3, 0, 0, "not JSON, no owner, empty: back to the queue, then to the dead letters"),
        ("unknown-type", 0, 1, 1, "a word of a later version is told in general terms"),
        ("retry", 0, 0, 0, "a retry of a delivery that nobody knows is let go"),
        ("partial-batch", 1, 2, 2, "one message that can not be read stops no other"),
    ],
)
def test_samples(world: World, name: str, again: int, letters: int, posts: int, reason: str) -> None:
    assert len(world.take(sample(name))) == again, reason
    assert len(read_inbox(world.services, OWNER).items) == letters, reason
    assert len(world.receiver.taken) == posts, reason
    assert len(world.take(sample(name))) == again
    assert len(read_inbox(world.services, OWNER).items) == letters, f"twice: {reason}"
    assert len(world.receiver.posts) == posts, f"twice: {reason}"


def test_only_the_malformed_message_comes_again(world: World) -> None:
    assert world.take(sample("partial-batch")) == [sample("partial-batch")["Records"][1]["messageId"]]


def test_the_inbox_in_words(world: World) -> None:
    world.take(sample("ok"))
    newest, oldest = read_inbox(world.services, OWNER).items
    assert (newest.title, oldest.title) == ("办件已通过", "申请已收到")
    assert newest.message.startswith(f"您的“粮食收购企业备案”（办件编号 {CASE}）已办结，结果为通过。证照编号：1.2.156")
    assert oldest.licence is None
    assert newest.case == CASE
    item = next(item for key, item in world.services.store.read([_inbox_key(newest.at, newest.id)]).items() if key)
    assert item.expires == int((newest.at + timedelta(days=731)).timestamp())


def _inbox_key(at: datetime, event: str) -> Any:
    return keys.inbox(OWNER, at.astimezone(UTC).isoformat(timespec="microseconds"), event)


def test_every_word_of_an_event_has_its_sentence() -> None:
    source = (Path(kit.ROOT) / "layers/miaoban/python/miaoban/case/events.py").read_text()
    kinds = set(re.findall(r'kind: Literal\["(\w+)"\]', source)) - {"judged"}
    outcomes = {"redirected", "refused", "correcting", "waiting", "reviewing", "approved"}
    assert set(WORDS) == kinds | outcomes


def test_another_wording_tells_nobody_twice(world: World) -> None:
    world.take(sample("ok"))
    key = _inbox_key(read_inbox(world.services, OWNER).items[0].at, f"{CASE}-0002")
    item = world.services.store.read([key])[key]
    world.services.store.commit(Commit((_put(replace(item, body=item.body.replace("通过", "准予"), version=2)),)))
    assert world.take(sample("ok")) == []
    assert len(read_inbox(world.services, OWNER).items) == 2


def _put(item: Any) -> Any:
    from miaoban.storage import Put  # noqa: PLC0415

    return Put(item, replaces=None)

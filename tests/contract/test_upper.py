"""The upper-level platform: the fake and the one over HTTP keep one contract; who is not known is refused."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from examples.platform import Platform
from functions.composition import new_id
from functions.networks import resolve
from miaoban.ledger.tree import Tree, compare
from miaoban.memory import MemorySigner, MemoryUpper
from miaoban.operations.destinations import Gate
from miaoban.operations.upper import Handed, UpperError, UpperPlatform
from miaoban.web.lines import Lines
from miaoban.web.upper import WebUpper

REGION, DAY = "211281", "2026-03-02"
LOOPBACK = "127.0.0.0/8"


@dataclass
class Place:
    """The platform as it is reached, and as it is."""

    upper: UpperPlatform
    held: MemoryUpper


def web(platform: Platform, who: MemorySigner, lines: Lines, *networks: str) -> Place:
    """The adapter, and the simulated platform."""
    gate = Gate(resolve, networks)
    return Place(WebUpper(platform.url, gate, who, lines, lambda: datetime.now(UTC), new_id), platform)


def signer() -> MemorySigner:
    return MemorySigner(ec.generate_private_key(ec.SECP256R1()))


@pytest.fixture
def lines() -> Iterator[Lines]:
    found = Lines()
    yield found
    found.close()


@pytest.fixture(params=["memory", "web"])
def place(request: pytest.FixtureRequest, lines: Lines) -> Iterator[Place]:
    if request.param == "memory":
        fake = MemoryUpper()
        yield Place(fake, fake)
        return
    who = signer()
    with Platform(who.public_key()) as platform:
        yield web(platform, who, lines, LOOPBACK)


def items(number: int) -> list[Handed]:
    return [
        Handed(id=f"case-{n}#0001", region=REGION, day=DAY, digest=f"sha256:{n}", leaf={"case": f"case-{n}"})
        for n in range(number)
    ]


def tree(number: int) -> Tree:
    return Tree({item.id: item.digest for item in items(number)})


def test_what_is_handed_up_is_there_once(place: Place) -> None:
    for _ in range(2):
        place.upper.take(items(40))
    assert set(place.held.held[REGION, DAY]) == {item.id for item in items(40)}
    assert place.upper.told > 0


def test_what_is_missing_or_altered_is_found(place: Place) -> None:
    place.upper.take(items(40))
    place.held.drop(REGION, DAY, "case-7#0001")
    place.held.alter(REGION, DAY, "case-9#0001")
    found = compare(tree(40), lambda prefixes: place.upper.nodes(REGION, DAY, prefixes))
    assert (found.missing, found.altered, found.beyond) == (("case-7#0001",), ("case-9#0001",), ())


def test_a_day_of_which_nothing_is_there_is_compared(place: Place) -> None:
    found = compare(tree(3), lambda prefixes: place.upper.nodes(REGION, DAY, prefixes))
    assert len(found.missing) == 3


def test_a_platform_that_is_down_is_told_as_such(place: Place) -> None:
    place.held.down = True
    with pytest.raises(UpperError):
        place.upper.take(items(1))
    with pytest.raises(UpperError):
        place.upper.nodes(REGION, DAY, [""])


def test_who_is_not_known_is_refused(lines: Lines) -> None:
    with Platform(signer().public_key()) as platform, pytest.raises(UpperError, match="401"):
        web(platform, signer(), lines, LOOPBACK).upper.take(items(1))


def test_an_address_inside_is_not_called_unless_it_was_named(lines: Lines) -> None:
    who = signer()
    with Platform(who.public_key()) as platform, pytest.raises(UpperError, match="不可用"):
        web(platform, who, lines).upper.take(items(1))

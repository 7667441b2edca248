"""Handing up: what the upper-level platform does not have is found, told and handed up again; nothing is there twice."""

import json
from datetime import date, timedelta

import pytest

from miaoban.canonical import digest_of
from miaoban.memory import MemoryOutbox, MemoryUpper
from miaoban.operations import keys
from miaoban.operations.handing_up import (
    AFTER,
    Compare,
    Reconciliation,
    compare_yesterday,
    hand_up,
    reconcile,
    reconciliations,
)
from miaoban.operations.relay import CloudEvent, relayed
from miaoban.operations.submit import submit
from miaoban.operations.upper import UpperError
from tests import kit

REGION, DAY = "211281", date(2026, 3, 2)
HANDLED, VISIBLE = 53, 23
"""What was found upstream of what a county had handled (铁岭)."""


class County:
    """A county that decides, and the platform above it."""

    def __init__(self) -> None:
        self.clock = kit.Clock()
        self.services = kit.ready(kit.services(clock=self.clock))
        self.upper = MemoryUpper()

    def decided(self, number: int) -> str:
        named = kit.application(planned_tonnes=1000 + number)
        return str(submit(self.services, named, kit.party(self.services), f"key-{number}")["case"])

    def event(self, case: str) -> CloudEvent:
        item = self.services.store.read([keys.event(case, 2)])[keys.event(case, 2)]
        return CloudEvent.read(relayed(item.body)[0].detail)

    def hand_up(self, case: str) -> int:
        return hand_up(self.services, self.upper, self.event(case))

    def held(self) -> set[str]:
        return set(self.upper.held.get((REGION, DAY.isoformat()), {}))

    def reconcile(self) -> Reconciliation:
        return reconcile(self.services, self.upper, REGION, DAY)


@pytest.fixture
def county() -> County:
    return County()


def test_a_decision_is_handed_up_with_the_leaf_that_proves_it(county: County) -> None:
    case = county.decided(1)
    assert county.hand_up(case) == 1
    item = county.upper.held[REGION, DAY.isoformat()][f"{case}#0001"]
    assert (item.status, item.matter) == ("approved", kit.GRAIN)
    stored = county.services.store.read([keys.leaf(REGION, DAY, case, 1)])[keys.leaf(REGION, DAY, case, 1)].body
    assert item.digest == digest_of(stored)
    assert item.leaf == json.loads(stored)
    assert kit.REPRESENTATIVE[1] not in item.text()


def test_handed_up_twice_it_is_there_once(county: County) -> None:
    case = county.decided(1)
    for _ in range(3):
        county.hand_up(case)
    assert county.held() == {f"{case}#0001"}


def test_handled_and_not_visible_upstream_is_found_and_mended(county: County) -> None:
    cases = [county.decided(number) for number in range(HANDLED)]
    for case in cases[:VISIBLE]:
        county.hand_up(case)
    assert len(county.held()) == VISIBLE
    told = county.reconcile()
    assert (told.items, told.missing, told.altered, told.resent) == (HANDLED, HANDLED - VISIBLE, 0, HANDLED - VISIBLE)
    assert len(county.held()) == HANDLED
    again = county.reconcile()
    assert (again.missing, again.resent, again.exchanges) == (0, 0, 1)


def test_what_was_altered_upstream_is_put_right(county: County) -> None:
    case = county.decided(1)
    county.hand_up(case)
    county.upper.alter(REGION, DAY.isoformat(), f"{case}#0001")
    assert (county.reconcile().altered, county.reconcile().altered) == (1, 0)


def test_what_only_the_platform_has_is_counted_and_left(county: County) -> None:
    case = county.decided(1)
    county.hand_up(case)
    item = county.upper.held[REGION, DAY.isoformat()][f"{case}#0001"]
    county.upper.take([item.model_copy(update={"id": "211281-20260302-ZZZZZZZZ#0001"})])
    told = county.reconcile()
    assert (told.beyond, told.resent) == (1, 0)


def test_a_platform_that_is_down_is_an_error_and_nothing_is_noted(county: County) -> None:
    case = county.decided(1)
    county.upper.down = True
    with pytest.raises(UpperError):
        county.hand_up(case)
    with pytest.raises(UpperError):
        county.reconcile()
    assert reconciliations(county.services, REGION).items == ()
    county.upper.down = False
    assert county.reconcile().missing == 1


def test_the_numbers_are_kept_by_day_newest_first(county: County) -> None:
    county.decided(1)
    county.reconcile()
    county.clock.advance(days=1)
    reconcile(county.services, county.upper, REGION, DAY + timedelta(days=1))
    kept = reconciliations(county.services, REGION).items
    assert [one.day for one in kept] == [DAY + timedelta(days=1), DAY]


def test_each_region_is_compared_once_after_its_day_has_closed(county: County) -> None:
    outbox = MemoryOutbox()
    night = kit.NOW.replace(hour=0, minute=0) + timedelta(days=1) + AFTER
    assert compare_yesterday(county.services, outbox, night - timedelta(minutes=1)) > 0, "the day before"
    outbox.sent.clear()
    sent = compare_yesterday(county.services, outbox, night)
    asked = [Compare.read(one.text) for one in outbox.sent]
    assert {one.day for one in asked} == {DAY}
    assert REGION in {one.region for one in asked}
    assert len(asked) == sent == len({one.region for one in asked})
    assert compare_yesterday(county.services, outbox, night + timedelta(minutes=1)) == 0

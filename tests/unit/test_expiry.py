"""A licence whose last day is over is not held: what is filed then brings another, and there is nothing to change or cancel."""

from datetime import date
from typing import Any

import pytest

from miaoban.catalogue.fields import Field
from miaoban.catalogue.publication import Edition
from miaoban.decision.receipt import proof_of
from miaoban.decision.replay import replay
from miaoban.licence.errors import LicenceStateError
from miaoban.licence.licence import Licence, LicenceStatus, series
from miaoban.memory import MemorySigner, MemoryStore
from miaoban.operations import keys
from miaoban.operations.editions import current, publish
from miaoban.operations.holds import Guard
from miaoban.operations.licensing import licence_key
from miaoban.operations.submit import submit
from miaoban.storage import Commit, Item, Put
from tests import kit, made, watched

LAST, LATER = "2026-03-03", "2026-04-03"
MATTER = kit.edition().matter
ASKED = {
    "first": ("own", ()),
    "change": ("own", ("cross_province",)),
    "cancel": (None, ("contact_address", "grains", "sites", "warehouses", "planned_tonnes", "cross_province")),
}
"""What a situation asks of the storage, and the fields for which it does not ask."""


def ending(**changes: Any) -> Edition:
    """The grain filing, for as long as the applicant says."""
    fields = {**MATTER.fields, "until": Field.model_validate({"label": "至", "type": "date", "required": True})}
    return made.edition(fields=fields, result=MATTER.result.model_copy(update={"valid_until": "form.until"}), **changes)


class World:
    """One process, counted, whose clock a test sets."""

    def __init__(self, edition: Edition) -> None:
        self.memory, self.clock = MemoryStore(), kit.Clock()
        self.store = watched.CountingStore(self.memory)
        self.signer = watched.CountingSigner(MemorySigner(kit.issuing_key()))
        self.services = kit.services(self.store, self.signer, self.clock)
        kit.ready(self.services)
        publish(self.services, edition, self.clock.now)
        current(self.services, kit.GRAIN)
        self.party = kit.party(self.services)
        self._filed = 0

    def file(self, kind: str = "first", until: str = LAST) -> dict[str, Any]:
        self._filed += 1
        self.store.reads = self.store.commits = self.signer.signatures = 0
        storage, left_out = ASKED[kind]
        form: dict[str, Any] = {**dict.fromkeys(left_out), "until": until}
        application = kit.application(situation={"kind": kind, "storage": storage}, **form)
        return dict(submit(self.services, application, self.party, f"key-{self._filed}"))

    def calls(self) -> tuple[int, int, int]:
        return self.store.reads, self.signer.signatures, self.store.commits

    def licence(self, number: str) -> Licence:
        return Licence.read(self.memory.items[licence_key(number)].body)

    def guard(self) -> Item:
        return next(item for key, item in self.memory.items.items() if key.partition.startswith("UNIQUE#"))


@pytest.fixture
def world() -> World:
    return World(ending())


def outcome(answer: dict[str, Any]) -> tuple[str, list[str]]:
    return answer["status"], [reason["condition"] for reason in answer["reasons"]]


def test_it_is_held_until_its_last_day_is_over_and_then_another_is_issued_in_three_calls(world: World) -> None:
    first = world.file()["licence"]
    assert Guard.read(world.guard().body).valid_until == date.fromisoformat(LAST)
    world.clock.advance(days=1)
    assert outcome(world.file()) == ("redirected", ["C9"]), "on its last day"
    world.clock.advance(days=1)
    second = world.file(until=LATER)
    assert outcome(second) == ("approved", [])
    assert world.calls() == (1, 1, 1)
    assert series(second["licence"]) != series(first), "a new one, not the next version"
    assert world.licence(first).status_on(world.clock.now.date()) is LicenceStatus.EXPIRED
    assert world.licence(first).successor is None
    guard = Guard.read(world.guard().body)
    assert (guard.licence, guard.valid_until) == (second["licence"], date.fromisoformat(LATER))


@pytest.mark.parametrize("hours", [13, 14])
def test_days_end_by_the_laws_clock(world: World, hours: int) -> None:
    """10:00 in Shanghai is 02:00 UTC: midnight is fourteen hours away."""
    world.file(until="2026-03-02")
    world.clock.advance(hours=hours)
    assert outcome(world.file(until=LATER)) == (("redirected", ["C9"]) if hours < 14 else ("approved", []))


@pytest.mark.parametrize("kind", ["change", "cancel"])
def test_what_has_expired_is_neither_changed_nor_cancelled_and_the_answer_says_so(world: World, kind: str) -> None:
    first = world.file()["licence"]
    world.clock.advance(days=2)
    answer = world.file(kind)
    assert outcome(answer) == ("redirected", ["C14"])
    assert answer["direction"] == {"to": "situation", "answers": {"kind": "first"}, "note": f"原证照已于 {LAST} 到期"}
    assert world.licence(first).status is LicenceStatus.VALID, "nothing is written on what is over"
    stored = world.memory.items[keys.receipt(answer["case"], 1)].body
    proof = proof_of(stored, current(world.services, kit.GRAIN).edition)
    assert proof.receipt["facts"]["held"] == {"present": False, "expired": LAST}
    replay(proof)  # which raises where it comes out otherwise


def test_a_change_carries_the_new_last_day(world: World) -> None:
    first = world.file()["licence"]
    changed = world.file("change", until=LATER)["licence"]
    assert series(changed) == series(first)
    world.clock.advance(days=5)
    assert outcome(world.file()) == ("redirected", ["C9"])


def test_a_guard_from_before_last_days_were_kept_is_held_as_it_was(world: World) -> None:
    world.file()
    found = world.guard()
    old = Guard.read(found.body).model_copy(update={"valid_until": None})
    world.memory.commit(Commit((Put(Item(found.key, old.text(), version=found.version + 1), found.version),)))
    world.clock.advance(days=2)
    assert outcome(world.file()) == ("redirected", ["C9"])


@pytest.mark.parametrize("kind", ["change", "cancel"])
def test_a_matter_that_does_not_ask_still_ends_nothing_twice(kind: str) -> None:
    world = World(ending(conditions=tuple(found for found in MATTER.conditions if found.id not in {"C9", "C14"})))
    world.file()
    world.clock.advance(days=2)
    with pytest.raises(LicenceStateError, match=f"证照已于 {LAST} 到期，不能变更或注销，请重新申请"):
        world.file(kind)

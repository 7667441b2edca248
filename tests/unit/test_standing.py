"""How sources stand: well, resting or silent, with the questions that wait and the matters that degrade."""

from datetime import timedelta

from miaoban.evidence.gate import Gate
from miaoban.evidence.gate import State as GateState
from miaoban.operations import keys
from miaoban.operations.standing import Standing, State, standings
from miaoban.storage import Commit, Item, Put
from tests import kit
from tests.unit.test_asking import QUERIES, SOCIAL, World

MEDICAL = "medical-insurance"


def stand(world: World, code: str) -> Standing:
    return next(one for one in standings(world.services).items if one.source == code)


def test_a_source_that_answers_or_speaks_is_well() -> None:
    world = World()
    kit.hear(world.services, MEDICAL)
    assert (stand(world, SOCIAL).state, stand(world, SOCIAL).degraded) == (State.WELL, ())
    assert (stand(world, MEDICAL).state, stand(world, MEDICAL).heard_at) == (State.WELL, kit.NOW)


def test_a_source_that_rests_names_the_matters_that_degrade_and_what_waits() -> None:
    world = World()
    world.filed("social")
    until = kit.NOW + timedelta(minutes=1)
    gate = Gate(source=SOCIAL, state=GateState.OPEN, until=until, wait=timedelta(minutes=1), trips=1)
    world.services.store.commit(Commit((Put(Item(keys.gate(SOCIAL), gate.text())),)))
    found = stand(world, SOCIAL)
    assert (found.state, found.resting_until, found.waiting) == (State.RESTING, until, 1)
    assert QUERIES in {one.matter for one in found.degraded}
    assert "enterprise-subsidy" not in {one.matter for one in found.degraded}


def test_a_register_that_says_nothing_is_silent() -> None:
    world = World()
    assert stand(world, MEDICAL).state is State.SILENT, "it was never heard"
    kit.hear(world.services, MEDICAL)
    world.clock.advance(days=8)
    found = stand(world, MEDICAL)
    assert (found.state, found.waiting) == (State.SILENT, 0)
    assert [one.matter for one in found.degraded] == [QUERIES]


def test_every_source_is_listed_once() -> None:
    world = World()
    codes = [one.source for one in standings(world.services).items]
    assert codes == sorted(set(codes))
    assert {SOCIAL, MEDICAL, "tax-payments"} <= set(codes)

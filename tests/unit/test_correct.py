"""Corrections on the fakes: what was filed under one unique key and is corrected to another leaves nothing behind."""

from typing import Any

import pytest

from miaoban.case.case import Case
from miaoban.case.errors import CaseOpenError
from miaoban.memory import MemoryStore
from miaoban.operations import keys
from miaoban.operations.correct import correct
from miaoban.operations.holds import Guard
from miaoban.operations.once import Once
from miaoban.operations.submit import submit
from tests import kit

HERE, THERE = "211281", "211282"


def anyone(_: Case) -> None:
    """A permit for all: who may correct is another test's matter."""


class World:
    """An agent without authority: what he files is to be corrected."""

    def __init__(self) -> None:
        self.store = MemoryStore()
        self.services = kit.ready(kit.services(store=self.store))
        self.agent = kit.party(self.services, kit.AGENT)

    def file(self, county: str, key: str) -> str:
        """The number of a case that is to be corrected."""
        application = kit.application(region=county, county=county)
        answer = submit(self.services, application, self.agent, key)
        assert answer["status"] == "correcting"
        return str(answer["case"])

    def correct(self, case: str, **form: Any) -> dict[str, Any]:
        """The answer to a correction."""
        once = Once(self.services, self.agent.owner, f"correct-{case}", form)
        return dict(correct(self.services, case, form, once, anyone))

    def holders(self) -> set[str | None]:
        """The open cases that hold a unique key."""
        found = self.store.items.items()
        return {Guard.read(item.body).open_case for key, item in found if key.partition.startswith("UNIQUE#")}


@pytest.fixture
def world() -> World:
    return World()


def test_a_key_that_a_correction_leaves_is_free_again(world: World) -> None:
    case = world.file(HERE, "first")
    assert world.holders() == {case}
    assert world.correct(case, county=THERE)["status"] == "redirected"
    assert world.holders() == set(), "the place that was filed first is nobody's"
    assert world.file(HERE, "second") != case


def test_a_correction_takes_no_key_from_another_open_case(world: World) -> None:
    first, second = world.file(HERE, "first"), world.file(THERE, "second")
    with pytest.raises(CaseOpenError, match=second):
        world.correct(first, county=THERE)
    assert world.holders() == {first, second}
    assert Case.read(world.store.items[keys.case(first)].body).status == "correcting"

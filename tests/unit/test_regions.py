"""Regions: what is added in a province holds in its cities and counties, and the nearest word counts."""

from datetime import timedelta
from typing import Any

import pytest

from miaoban.calendar import add_working_days
from miaoban.catalogue.matter import Matter
from miaoban.catalogue.publication import Edition
from miaoban.catalogue.regions import Organ, Overlay, Parameter, Place, ShorterLimits, VaryingTimeLimit
from miaoban.operations.cases import load
from miaoban.operations.editions import publish
from miaoban.operations.handing import expire, transfer
from miaoban.operations.once import Once
from miaoban.operations.services import law_date
from miaoban.operations.submit import Application, submit
from tests import kit


def days(n: int) -> VaryingTimeLimit:
    return VaryingTimeLimit(n=n, unit="working-day", start="task")


def organ(region: str, uscc: str) -> Organ:
    return Organ(region=region, place=region, name=f"{region} 的机关", uscc=uscc, department="grain-reserve")


def place(name: str) -> Place:
    return Place(name=name, address="示例路", hours="工作日", phone="024-0")


REGIONS = {
    "210000": Overlay(limits=ShorterLimits(review=days(2)), places=(place("省"),)),
    "211200": Overlay(
        organs=(organ("211200", "11211202MBXX00019H"),),
        limits=ShorterLimits(review=days(1)),
        parameters={"days": 15, "kinds": ("a", "b")},
    ),
    "211281": Overlay(organs=(organ("211281", "11211281MBXX0006X2"),), places=(place("县"),), parameters={"days": 5}),
}
PARAMETERS = {
    "days": Parameter(label="期限", value=30, source="示例"),
    "kinds": Parameter(label="种类", value=("a",), source="示例"),
}
MATTER: Matter = kit.edition().matter.model_copy(update={"regions": REGIONS, "parameters": PARAMETERS})

CASES = [
    ("211281", 1, "县", "211281", "a county: the city's limit, its own place and organ"),
    ("211281001", 1, "县", "211281", "a street of it"),
    ("211282", 1, "省", "211200", "a county without an organ: the city's"),
    ("210100", 2, "省", None, "another city of the province"),
    ("370700", 3, None, None, "another province: what the matter itself says"),
    ("not a region", 3, None, None, "nonsense lies nowhere"),
]


@pytest.mark.parametrize(("region", "review", "where", "receives", "reason"), CASES, ids=[row[-1] for row in CASES])
def test_what_holds_in_a_region(region: str, review: int, where: str | None, receives: str | None, reason: str) -> None:
    assert MATTER.limits_in(region).review.n == review, reason
    assert [found.name for found in MATTER.places_in(region)] == ([where] if where else [])
    found = MATTER.organ(region)
    assert (found.region if found else None) == receives
    assert MATTER.limits_in(region).wait == MATTER.limits.wait


@pytest.mark.parametrize(
    ("region", "parameters", "reason"),
    [
        ("211281", {"days": 5, "kinds": ("a", "b")}, "the county's own figure, and the city's"),
        ("211282", {"days": 15, "kinds": ("a", "b")}, "the city's"),
        ("210100", {"days": 30, "kinds": ("a",)}, "the defaults"),
    ],
)
def test_a_parameter_is_the_default_until_a_region_sets_it(region: str, parameters: dict[str, Any], reason: str) -> None:
    assert MATTER.parameters_in(region) == parameters, reason


def with_shorter_review() -> Edition:
    """The grain matter, whose city reviews within a day."""
    shorter = Overlay(organs=kit.edition().matter.all_organs, limits=ShorterLimits(review=days(1)))
    matter = kit.edition().matter.model_copy(update={"regions": {"211200": shorter}})
    return kit.edition().model_copy(update={"matter": matter})


def test_a_filing_that_a_person_must_look_at_has_the_regions_limit() -> None:
    given = kit.examples()["06-name-differs.yaml"].given
    services = kit.populate(kit.services(clock=kit.Clock(given.now)), given)
    publish(services, with_shorter_review(), given.now)
    application = Application(matter=kit.GRAIN, region=given.region, situation=given.situation, form=given.form)
    case = submit(services, application, kit.party(services), "key-1")
    assert (case["status"], case["deadline"]) == ("reviewing", add_working_days(law_date(given.now), 1).isoformat())


@pytest.mark.parametrize("handed", [True, False], ids=["asked for by the applicant", "found by the machine"])
def test_a_case_goes_to_a_person_for_as_long_as_its_region_says(handed: bool) -> None:  # noqa: FBT001
    services = kit.services()
    publish(services, with_shorter_review(), kit.NOW)
    case = submit(services, kit.application(), kit.party(services), "key-1")
    assert case["status"] == "waiting"
    if handed:
        transfer(services, case["case"], Once(services, "x", "key-2", {}), lambda _: None)
    else:
        expire(services, case["case"], kit.NOW + timedelta(days=30))
    found = load(services, case["case"]).case
    since = law_date(kit.NOW if handed else kit.NOW + timedelta(days=30))
    assert (found.status.value, found.deadline) == ("reviewing", add_working_days(since, 1))


def test_the_code_at_an_organ_is_the_organs_level_and_the_basic_code() -> None:
    receiving = MATTER.organ("211281")
    assert receiving is not None
    code = MATTER.implementation_code(receiving)
    assert (str(code), code.level, str(code.basic)) == ("11211281MBXX0006X24211098009001", 4, MATTER.basic_code)

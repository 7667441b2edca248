"""Regions: what is added in a province holds in its cities and counties, and the nearest word counts."""

from typing import Any

import pytest

from miaoban.catalogue.matter import Matter
from miaoban.catalogue.regions import Organ, Overlay, Parameter, Place, ShorterLimits, TimeLimit
from tests import kit


def days(n: int) -> TimeLimit:
    return TimeLimit(n=n, unit="working-day", start="task")


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


def test_the_code_at_an_organ_is_the_organs_level_and_the_basic_code() -> None:
    receiving = MATTER.organ("211281")
    assert receiving is not None
    code = MATTER.implementation_code(receiving)
    assert (str(code), code.level, str(code.basic)) == ("11211281MBXX0006X24211098009001", 4, MATTER.basic_code)

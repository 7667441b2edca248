"""The guide page (办事指南) of a matter in a region, in words: who, basis, situations, materials, limits, fees, places."""

from miaoban.catalogue.compiled import Burden
from miaoban.catalogue.guide import Fee, Step
from miaoban.catalogue.guide_limits import GuideItem, GuideLimits
from miaoban.catalogue.regions import Organ, Place, Setting
from miaoban.models import Frozen


class GuideMaterial(Frozen):
    """A material with its class, necessity, source or exemption, and the numbers of the situations that ask for it."""

    code: str
    name: str
    class_name: str
    necessity: str
    how: str
    situations: tuple[int, ...]


class GuideSituation(Frozen):
    """A situation, the time promised in it, how many materials it asks before and after, and perhaps why it leads elsewhere."""

    number: int
    name: str
    limit: str
    before: int
    after: int
    barred: str | None = None


class GuideRule(Frozen):
    """A parameter as it stands in the region, and what that rests on: the region's own word, or the default's source."""

    label: str
    value: Setting
    source: str


class GuideElsewhere(Frozen):
    """When another matter is to be done instead, and which."""

    when: str
    matter: str
    name: str


class GuidePage(Frozen):
    """The guide; `implementation_code` (31) and `item_code` (33) where an organ receives, else a `note` whom to ask.

    `conclusions` are those to which a person's review may come.
    """

    matter: str
    name: str
    region: str
    basic_code: str
    implementation_code: str | None = None
    item_code: str | None = None
    type_name: str
    case_type: str
    audience: str
    basis: tuple[str, ...]
    organ: Organ | None = None
    note: str | None = None
    result: str
    conclusions: tuple[str, ...] = ()
    retention: str
    limits: GuideLimits
    items: tuple[GuideItem, ...] = ()
    quota: str | None = None
    rules: tuple[GuideRule, ...] = ()
    visits: int
    channels: str
    fees: tuple[Fee, ...]
    steps: tuple[Step, ...]
    places: tuple[Place, ...]
    situations: tuple[GuideSituation, ...]
    elsewhere: tuple[GuideElsewhere, ...] = ()
    materials: tuple[GuideMaterial, ...]
    burden: Burden

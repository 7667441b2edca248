"""What a guide says of time: the limits of a matter in a region, of each of its situations, and of the items within it."""

from collections.abc import Mapping, Sequence

from miaoban.catalogue.codes import article, duration
from miaoban.catalogue.matter import Matter
from miaoban.catalogue.regions import Limits
from miaoban.catalogue.situations import select
from miaoban.models import Frozen


class GuideLimits(Frozen):
    """The time limits in words; where situations differ, the longest of them."""

    statutory: str | None = None
    promised: str
    correction: str
    review: str


class GuideItem(Frozen):
    """An item that a department decides beside others: who, on which article, within what time, after which others."""

    code: str
    name: str
    by: str
    basis: str
    limit: str
    after: tuple[str, ...] = ()


def limits_on(matter: Matter, region: str, answers: Mapping[str, str]) -> Limits:
    """The limits of a situation in a region, if all of its items are asked for."""
    return select(matter, answers).limits(matter.limits_in(region), {})


def limits_told(matter: Matter, region: str, situations: Sequence[Limits]) -> GuideLimits:
    """The limits of a matter in a region, in words."""
    limits = matter.limits_in(region)
    return GuideLimits(
        statutory=duration(limits.statutory) if limits.statutory else None,
        promised=duration(max((found.promised for found in situations), key=lambda limit: limit.n)),
        correction=duration(limits.correction),
        review=duration(max((found.review for found in situations), key=lambda limit: limit.n)),
    )


def items_told(matter: Matter) -> tuple[GuideItem, ...]:
    """The items of a matter, in words."""
    return tuple(
        GuideItem(
            code=code,
            name=item.name,
            by=item.by,
            basis=article(item.basis),
            limit=duration(item.limit),
            after=tuple(matter.items[other].name for other in item.after),
        )
        for code, item in matter.items.items()
    )

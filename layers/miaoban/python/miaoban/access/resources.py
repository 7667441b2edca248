"""What is acted upon, as the policy sees it: a kind and the few attributes that rules compare."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Self

from miaoban.identifiers import RegionCode

NATION: Final = "100000"
"""The region that holds every other."""

_STREET_LENGTH: Final = 9


@dataclass(frozen=True, slots=True)
class Resource:
    """A resource of one kind of the schema; make it with the method named after its kind.

    `owner` is a pseudonym (never a number), `department` a code such as "grain-reserve", `region` that of the matter.
    For lists, the resource is what is listed: `task(department, region)` for list_tasks, `case(...)` for list_cases.
    """

    kind: str
    attributes: Mapping[str, str | tuple[str, ...]]

    @classmethod
    def route(cls) -> Self:
        """Return what stands for any operation at all: may these roles call it, before an object is known."""
        return cls("Route", {})

    @classmethod
    def case(cls, *, owner: str, department: str, region: RegionCode) -> Self:
        """Return a case, or a draft or an application about to become one."""
        return cls("Case", {"owner": owner, "department": department, "regions": ancestors(region)})

    @classmethod
    def licence(cls, *, owner: str, department: str, region: RegionCode) -> Self:
        """Return a licence of the department that issued it."""
        return cls("Licence", {"owner": owner, "department": department, "regions": ancestors(region)})

    @classmethod
    def task(cls, *, department: str, region: RegionCode, owner: str | None = None, proposer: str | None = None) -> Self:
        """Return a task of a department; `proposer` is the subject who proposed a set-aside, `owner` the applicant."""
        optional = {"owner": owner, "proposer": proposer}
        known = {name: value for name, value in optional.items() if value is not None}
        return cls("Task", {"department": department, "regions": ancestors(region), **known})

    @classmethod
    def flag(cls, *, region: RegionCode) -> Self:
        """Return a flag for supervision."""
        return cls("Flag", {"regions": ancestors(region)})

    @classmethod
    def inbox(cls, *, owner: str) -> Self:
        """Return the notices to a person."""
        return cls("Inbox", {"owner": owner})

    @classmethod
    def data_use(cls, *, owner: str) -> Self:
        """Return who looked at a person's data."""
        return cls("DataUse", {"owner": owner})

    @classmethod
    def dossier(cls, *, owner: str) -> Self:
        """Return the dossiers of holders, as to who asks for them."""
        return cls("Dossier", {"owner": owner})

    @classmethod
    def subscription(cls, *, department: str) -> Self:
        """Return the webhook subscription of a department, and its deliveries."""
        return cls("Subscription", {"department": department})

    @classmethod
    def release(cls, *, proposer: str | None = None) -> Self:
        """Return a release of a matter; `proposer` is the subject who proposed to publish it."""
        return cls("Release", {} if proposer is None else {"proposer": proposer})

    @classmethod
    def imports(cls) -> Self:
        """Return the imports of guide items."""
        return cls("Import", {})

    @classmethod
    def quality(cls, *, department: str) -> Self:
        """Return the quality of a department's data."""
        return cls("Quality", {"department": department})

    @classmethod
    def sources(cls) -> Self:
        """Return the sources, as to how they stand."""
        return cls("Source", {})


@lru_cache(maxsize=4096)
def ancestors(region: RegionCode) -> tuple[str, ...]:
    """Return the region and every region that holds it, nearest first, up to the nation."""
    street = region.text[:_STREET_LENGTH] if len(region.text) > _STREET_LENGTH else region.text
    above = (str(code) for code in (region.county, region.city, region.province) if code is not None)
    return tuple(dict.fromkeys((region.text, street, *above, NATION)))

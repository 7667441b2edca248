"""Redirects to other matters, held against the catalogue: nobody is sent to a matter that takes no applications."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from miaoban.catalogue.checking_between import faults_between
from miaoban.catalogue.errors import MatterNotFoundError
from miaoban.catalogue.finding import Finding
from miaoban.catalogue.matter import Matter
from miaoban.operations.editions import refresh
from miaoban.operations.services import Services

Beside = Mapping[str, Matter]
"""Matters that are published together, by code; they count before what is in force."""
NONE: Final[Beside] = MappingProxyType({})


def astray(services: Services, matter: Matter, beside: Beside = NONE) -> tuple[Finding, ...]:
    """What stands against the redirects of a matter to others; the catalogue is read only where there are such."""
    known = {**beside, matter.code: matter}

    def found(code: str) -> Matter | None:
        return known.get(code) or _in_force(services, code)

    return tuple(map(Finding.of, faults_between(matter, found)))


def _in_force(services: Services, code: str) -> Matter | None:
    try:
        return refresh(services, code).matter
    except MatterNotFoundError:
        return None

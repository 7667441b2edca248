"""Guides, notices, plans and public lists of what is in force."""

from collections.abc import Mapping

from miaoban.catalogue.guidance import guide_of
from miaoban.catalogue.guide_page import GuidePage
from miaoban.catalogue.lists import LISTS, rows_of
from miaoban.catalogue.notice import Notice, notice_of
from miaoban.catalogue.plans import Plan, plan_of
from miaoban.catalogue.publication import Edition, Pointer
from miaoban.operations import keys
from miaoban.operations.editions import listed, refresh
from miaoban.operations.errors import NotFoundError
from miaoban.operations.services import Services

MATTERS_A_PAGE = 20
"""Matters on a page of a list: their editions are read whole."""

Rows = tuple[tuple[str, ...], ...]


def guide(services: Services, matter: str, region: str) -> GuidePage:
    """The guide of a matter in a region; raises MatterNotFoundError, IdentifierError."""
    return guide_of(refresh(services, matter).edition, region)


def notice(services: Services, matter: str, answers: Mapping[str, str]) -> Notice:
    """The one-time notice of a situation; raises MatterNotFoundError, SituationError."""
    return notice_of(refresh(services, matter).edition, answers)


def plan(services: Services, matter: str, answers: Mapping[str, str]) -> Plan:
    """The plan of a situation: form, prefill, verification, exemption; raises MatterNotFoundError, SituationError."""
    return plan_of(refresh(services, matter).edition, answers)


def page_of_list(services: Services, code: str, cursor: str | None = None) -> tuple[Rows, str | None]:
    """The rows that the next matters add to a list; raises NotFoundError."""
    if code not in LISTS:
        raise NotFoundError(f"没有这个清单，可选：{'、'.join(LISTS)}")
    page = listed(services, cursor, MATTERS_A_PAGE)
    editions = _editions(services, [item.key.sort for item in page.items])
    return tuple(rows_of(LISTS[code], editions)), page.cursor


def _editions(services: Services, matters: list[str]) -> list[Edition]:
    """The editions in force, read together."""
    items = services.store.read(map(keys.pointer, matters))
    pointers = [Pointer.read(items[key].body) for matter in matters if (key := keys.pointer(matter)) in items]
    wanted = [keys.edition(pointer.matter, pointer.version) for pointer in pointers]
    found = services.store.read(wanted)
    return [Edition.read(found[key].body) for key in wanted]

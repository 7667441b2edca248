"""The resource catalogue for everybody: which department has which data, how it is shared, and which matters use it.

Where a source is asked, and with which key its answers are signed, is told to nobody here.
"""

from enum import StrEnum
from typing import TypeVar

from chalice import Blueprint  # type: ignore[attr-defined]

from functions.api.calls import Call
from functions.api.catalogue_models import SourceAnswer, SourceList, UsedBy
from functions.api.routing import operation
from miaoban.access.routes import Action
from miaoban.catalogue.source import Access, Sharing
from miaoban.operations.resources import Wanted, page_of_sources, read_source

routes = Blueprint(__name__)
Choice = TypeVar("Choice", bound=StrEnum)


@operation(routes, Action.LIST_SOURCES, SourceList)
def list_sources(call: Call) -> SourceList:
    """List the sources that published matters use, by owner, sharing class and way of access."""
    wanted = Wanted(
        owner=call.query.get("owner") or None,
        sharing=_choice(call, Sharing, "sharing"),
        access=_choice(call, Access, "access"),
    )
    items, cursor = page_of_sources(call.services, wanted, call.query.get("cursor"))
    return SourceList(items=items, cursor=cursor)


@operation(routes, Action.READ_SOURCE, SourceAnswer)
def read_one_source(call: Call) -> SourceAnswer:
    """Read a source and the matters that use it."""
    source, uses, cursor = read_source(call.services, call.path["source"], call.query.get("cursor"))
    matters = tuple(UsedBy(code=use.matter, name=use.matter_name) for use in uses)
    return SourceAnswer(source=source, matters=matters, cursor=cursor)


def _choice(call: Call, kind: type[Choice], name: str) -> Choice | None:
    value = call.query.get(name)
    if not value:
        return None
    if value not in set(kind):
        raise call.refuse(f"/{name}", "parameter-invalid", f"{name} 只能是 {'、'.join(kind)}，请改正")
    return kind(value)

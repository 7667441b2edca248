"""What everybody may look up: the guide items of all organs, and the matters that can be applied for here."""

from typing import TypeVar

from chalice import Blueprint  # type: ignore[attr-defined]

from functions.api.calls import Call
from functions.api.routing import operation
from miaoban.access.routes import Action
from miaoban.catalogue.entry import Entry
from miaoban.identifiers import Identifier, IdentifierError, MatterCode, RegionCode
from miaoban.models import Frozen
from miaoban.operations.searching import Hit, Question, read_entry, search

routes = Blueprint(__name__)
Kind = TypeVar("Kind", bound=Identifier)


class HitList(Frozen):
    """A page of what was found, best first."""

    items: tuple[Hit, ...]
    cursor: str | None = None


@operation(routes, Action.SEARCH_CATALOGUE, HitList)
def search_catalogue(call: Call) -> HitList:
    """Search guide items and matters by words, region, audience and code."""
    question = Question(
        words=call.query.get("words", ""),
        region=_identifier(call, RegionCode, "region"),
        audience=call.query.get("audience"),
        code=_identifier(call, MatterCode, "code"),
    )
    hits, cursor = search(call.services, question, call.query.get("cursor"))
    return HitList(items=hits, cursor=cursor)


@operation(routes, Action.READ_ENTRY, Entry)
def read_one_entry(call: Call) -> Entry:
    """Read a guide item by its code of 31 or 33 characters."""
    return read_entry(call.services, call.path["code"])


def _identifier(call: Call, kind: type[Kind], name: str) -> Kind | None:
    try:
        return kind(call.query[name]) if call.query.get(name) else None
    except IdentifierError as error:
        raise call.refuse(f"/{name}", error.code, str(error)) from None

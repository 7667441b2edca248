"""What a steward sees of imports of guide items: how they go, and which lines they could not take."""

from chalice import Blueprint  # type: ignore[attr-defined]

from functions.api.calls import Call
from functions.api.routing import operation
from miaoban.access.resources import Resource
from miaoban.access.routes import Action
from miaoban.models import Frozen
from miaoban.operations.progress import Progress, ProgressOfImport, progress_of, recent

routes = Blueprint(__name__)


class ImportList(Frozen):
    """A page of imports, newest first."""

    items: tuple[Progress, ...]
    cursor: str | None = None


@operation(routes, Action.LIST_IMPORTS, ImportList)
def list_imports(call: Call) -> ImportList:
    """List the imports of guide items."""
    call.require(Resource.imports())
    items, cursor = recent(call.services.store, call.query.get("cursor"))
    return ImportList(items=items, cursor=cursor)


@operation(routes, Action.READ_IMPORT, ProgressOfImport)
def read_import(call: Call) -> ProgressOfImport:
    """Read how far an import is, and page by page the lines that it could not take."""
    call.require(Resource.imports())
    return progress_of(call.services.store, call.path["import"], call.query.get("cursor"))

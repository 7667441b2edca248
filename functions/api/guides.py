"""What is made of the catalogue for everybody: guides, notices, plans, the public lists, and the lineage behind them.

It is public because it says nothing that the matters themselves do not say, and nothing of any person.
"""

from chalice import Blueprint  # type: ignore[attr-defined]

from functions.api.calls import Call
from functions.api.catalogue_models import LineageAnswer, ListAnswer, TodoList
from functions.api.routing import operation
from miaoban.access.routes import Action
from miaoban.catalogue.bundle import Bundle
from miaoban.catalogue.guide_page import GuidePage
from miaoban.catalogue.lineage import node_of
from miaoban.catalogue.lists import LISTS
from miaoban.catalogue.notice import Notice
from miaoban.catalogue.plans import Plan
from miaoban.operations.guides import guide, notice, page_of_list, plan
from miaoban.operations.lineage import bundle_of, page_of_todo, page_of_uses

routes = Blueprint(__name__)


@operation(routes, Action.READ_GUIDE, GuidePage)
def read_guide(call: Call) -> GuidePage:
    """Read the guide of a matter in a region."""
    return guide(call.services, call.path["matter"], _required(call, "region", "区划代码"))


@operation(routes, Action.READ_NOTICE, Notice)
def read_notice(call: Call) -> Notice:
    """Read the one-time notice of a situation."""
    return notice(call.services, call.path["matter"], call.query)


@operation(routes, Action.READ_PLAN, Plan)
def read_plan(call: Call) -> Plan:
    """Read the plan of a situation: the form with its prefill, what is verified where, and which materials are spared."""
    return plan(call.services, call.path["matter"], call.query)


@operation(routes, Action.READ_LIST, ListAnswer)
def read_list(call: Call) -> ListAnswer:
    """Read a public list: powers, paths, compliant, forbidden or tolerant."""
    code = call.path["list"]
    rows, cursor = page_of_list(call.services, code, call.query.get("cursor"))
    listed = LISTS[code]
    return ListAnswer(list=code, title=listed.title, columns=listed.columns, rows=rows, cursor=cursor)


@operation(routes, Action.READ_LINEAGE, LineageAnswer)
def read_lineage(call: Call) -> LineageAnswer:
    """Read what depends on a source, a field, a material or another matter, such as source:legal-person-base."""
    node = _required(call, "node", "血缘图中的对象，如 source:数源")
    items, cursor = page_of_uses(call.services, node_of(node), call.query.get("cursor"))
    return LineageAnswer(node=node, items=items, cursor=cursor)


@operation(routes, Action.READ_TODO, TodoList)
def read_todo(call: Call) -> TodoList:
    """Read where a material is asked for although a source holds it."""
    items, cursor = page_of_todo(call.services, call.query.get("cursor"))
    return TodoList(items=items, cursor=cursor)


@operation(routes, Action.READ_BUNDLE, Bundle)
def read_bundle(call: Call) -> Bundle:
    """Read what a bundle of matters, separated by commas, merges."""
    matters = _required(call, "matters", "事项编码，用逗号分开")
    return bundle_of(call.services, [matter.strip() for matter in matters.split(",") if matter.strip()])


def _required(call: Call, name: str, what: str) -> str:
    value = call.query.get(name, "").strip()
    if not value:
        raise call.refuse(f"/{name}", "parameter-missing", f"请在查询参数 {name} 中给出{what}")
    return value

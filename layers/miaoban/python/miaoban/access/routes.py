"""The operations and their routes: one table for the HTTP face, the OpenAPI document, the authoriser and the policy."""

from enum import StrEnum
from typing import Final, NamedTuple


class Action(StrEnum):
    """What can be done. A value is an operation id of the HTTP API, except for that after the last comment."""

    LIST_MATTERS = "list_matters"
    READ_MATTER = "read_matter"
    SEARCH_CATALOGUE = "search_catalogue"
    READ_ENTRY = "read_entry"
    LIST_IMPORTS = "list_imports"
    READ_IMPORT = "read_import"
    READ_GUIDE = "read_guide"
    READ_NOTICE = "read_notice"
    READ_PLAN = "read_plan"
    READ_LIST = "read_list"
    READ_LINEAGE = "read_lineage"
    READ_TODO = "read_todo"
    READ_BUNDLE = "read_bundle"
    LIST_SOURCES = "list_sources"
    READ_SOURCE = "read_source"
    LIST_STANDINGS = "list_standings"
    LIST_RECONCILIATIONS = "list_reconciliations"
    VERIFY_LICENCE = "verify_licence"
    OPEN_VERIFICATION = "open_verification"
    READ_KEYS = "read_keys"
    CREATE_DRAFT = "create_draft"
    SUBMIT_APPLICATION = "submit_application"
    LIST_CASES = "list_cases"
    READ_CASE = "read_case"
    READ_TIMELINE = "read_timeline"
    READ_RECEIPT = "read_receipt"
    CORRECT_CASE = "correct_case"
    WITHDRAW_CASE = "withdraw_case"
    DISPUTE_VALUE = "dispute_value"
    TRANSFER_TO_PERSON = "transfer_to_person"
    LIST_LICENCES = "list_licences"
    READ_LICENCE = "read_licence"
    READ_INBOX = "read_inbox"
    READ_DATA_USE = "read_data_use"
    PUT_UPLOAD = "put_upload"
    READ_DOSSIER = "read_dossier"
    DROP_UPLOAD = "drop_upload"
    READ_MATERIAL = "read_material"
    LIST_TASKS = "list_tasks"
    READ_TASK = "read_task"
    DECIDE_TASK = "decide_task"
    GIVE_OPINION = "give_opinion"
    PROPOSE_SET_ASIDE = "propose_set_aside"
    LIST_FLAGS = "list_flags"
    READ_FLAG = "read_flag"
    CLOSE_FLAG = "close_flag"
    READ_SUBSCRIPTION = "read_subscription"
    PUT_SUBSCRIPTION = "put_subscription"
    LIST_DELIVERIES = "list_deliveries"
    REDELIVER = "redeliver_event"
    READ_FEED = "read_feed"
    READ_QUALITY = "read_quality"
    LIST_DISPUTES = "list_disputes"
    UPHOLD_VALUE = "uphold_value"
    CORRECT_VALUE = "correct_value"
    LIST_RELEASES = "list_releases"
    DRAFT_RELEASE = "draft_release"
    READ_RELEASE = "read_release"
    RUN_SHADOW = "run_shadow"
    PROPOSE_RELEASE = "propose_release"
    CONFIRM_RELEASE = "confirm_release"
    WITHDRAW_RELEASE = "withdraw_release"
    RETIRE_RELEASE = "retire_release"
    # not a route: a part of what read_case answers
    READ_PHONE = "read_phone"


class Route(NamedTuple):
    """An operation of the HTTP API; a public one has no authoriser and is not asked of the policy.

    `query` names what must stand in the query, besides a cursor; `name?` is one that may, `*` is any others, as the answers to
    a matter's questions.
    """

    action: Action
    method: str
    path: str
    public: bool = False
    query: tuple[str, ...] = ()


ROUTES: Final[tuple[Route, ...]] = (
    Route(Action.LIST_MATTERS, "GET", "/v1/matters", public=True),
    Route(Action.READ_MATTER, "GET", "/v1/matters/{matter}", public=True),
    Route(Action.SEARCH_CATALOGUE, "GET", "/v1/catalogue", public=True, query=("words?", "region?", "audience?", "code?")),
    Route(Action.READ_ENTRY, "GET", "/v1/catalogue/{code}", public=True),
    Route(Action.LIST_IMPORTS, "GET", "/v1/imports"),
    Route(Action.READ_IMPORT, "GET", "/v1/imports/{import}"),
    Route(Action.READ_GUIDE, "GET", "/v1/matters/{matter}/guide", public=True, query=("region",)),
    Route(Action.READ_NOTICE, "GET", "/v1/matters/{matter}/notice", public=True, query=("*",)),
    Route(Action.READ_PLAN, "GET", "/v1/matters/{matter}/plan", public=True, query=("*",)),
    Route(Action.READ_LIST, "GET", "/v1/lists/{list}", public=True),
    Route(Action.READ_LINEAGE, "GET", "/v1/lineage", public=True, query=("node",)),
    Route(Action.READ_TODO, "GET", "/v1/lineage/todo", public=True),
    Route(Action.READ_BUNDLE, "GET", "/v1/lineage/bundle", public=True, query=("matters",)),
    Route(Action.LIST_SOURCES, "GET", "/v1/sources", public=True, query=("owner?", "sharing?", "access?")),
    Route(Action.READ_SOURCE, "GET", "/v1/sources/{source}", public=True),
    Route(Action.LIST_STANDINGS, "GET", "/v1/standings"),
    Route(Action.LIST_RECONCILIATIONS, "GET", "/v1/reconciliations", query=("region",)),
    Route(Action.VERIFY_LICENCE, "POST", "/v1/public/verifications", public=True),
    Route(Action.OPEN_VERIFICATION, "GET", "/v1/public/licences/{licence}/{code}", public=True),
    Route(Action.READ_KEYS, "GET", "/v1/public/keys", public=True),
    Route(Action.CREATE_DRAFT, "POST", "/v1/drafts"),
    Route(Action.SUBMIT_APPLICATION, "POST", "/v1/applications"),
    Route(Action.LIST_CASES, "GET", "/v1/cases"),
    Route(Action.READ_CASE, "GET", "/v1/cases/{case}"),
    Route(Action.READ_TIMELINE, "GET", "/v1/cases/{case}/timeline"),
    Route(Action.READ_RECEIPT, "GET", "/v1/cases/{case}/receipt"),
    Route(Action.CORRECT_CASE, "POST", "/v1/cases/{case}/corrections"),
    Route(Action.WITHDRAW_CASE, "POST", "/v1/cases/{case}/withdrawal"),
    Route(Action.TRANSFER_TO_PERSON, "POST", "/v1/cases/{case}/transfer"),
    Route(Action.DISPUTE_VALUE, "POST", "/v1/cases/{case}/disputes"),
    Route(Action.LIST_LICENCES, "GET", "/v1/licences"),
    Route(Action.READ_LICENCE, "GET", "/v1/licences/{licence}"),
    Route(Action.READ_INBOX, "GET", "/v1/inbox"),
    Route(Action.READ_DATA_USE, "GET", "/v1/data-use"),
    Route(Action.PUT_UPLOAD, "PUT", "/v1/materials/{digest}"),
    Route(Action.DROP_UPLOAD, "DELETE", "/v1/materials/{digest}", query=("holder?",)),
    Route(Action.READ_DOSSIER, "GET", "/v1/materials", query=("holder?",)),
    Route(Action.READ_MATERIAL, "GET", "/v1/cases/{case}/materials/{field}"),
    Route(Action.LIST_TASKS, "GET", "/v1/tasks"),
    Route(Action.READ_TASK, "GET", "/v1/tasks/{task}"),
    Route(Action.DECIDE_TASK, "POST", "/v1/tasks/{task}/decision"),
    Route(Action.GIVE_OPINION, "POST", "/v1/tasks/{task}/opinion"),
    Route(Action.PROPOSE_SET_ASIDE, "POST", "/v1/licences/{licence}/set-asides"),
    Route(Action.LIST_FLAGS, "GET", "/v1/flags"),
    Route(Action.READ_FLAG, "GET", "/v1/flags/{flag}"),
    Route(Action.CLOSE_FLAG, "POST", "/v1/flags/{flag}/closure"),
    Route(Action.READ_SUBSCRIPTION, "GET", "/v1/subscription"),
    Route(Action.PUT_SUBSCRIPTION, "PUT", "/v1/subscription"),
    Route(Action.LIST_DELIVERIES, "GET", "/v1/deliveries"),
    Route(Action.REDELIVER, "POST", "/v1/deliveries/{event}/redelivery"),
    Route(Action.READ_FEED, "GET", "/v1/events", query=("after?",)),
    Route(Action.LIST_DISPUTES, "GET", "/v1/disputes"),
    Route(Action.UPHOLD_VALUE, "POST", "/v1/disputes/{case}/upholding"),
    Route(Action.CORRECT_VALUE, "POST", "/v1/disputes/{case}/correction"),
    Route(Action.READ_QUALITY, "GET", "/v1/quality", query=("department?", "day?")),
    Route(Action.LIST_RELEASES, "GET", "/v1/releases"),
    Route(Action.DRAFT_RELEASE, "POST", "/v1/releases"),
    Route(Action.READ_RELEASE, "GET", "/v1/releases/{release}"),
    Route(Action.RUN_SHADOW, "POST", "/v1/releases/{release}/shadow"),
    Route(Action.PROPOSE_RELEASE, "POST", "/v1/releases/{release}/publication"),
    Route(Action.CONFIRM_RELEASE, "POST", "/v1/releases/{release}/confirmation"),
    Route(Action.WITHDRAW_RELEASE, "POST", "/v1/releases/{release}/withdrawal"),
    Route(Action.RETIRE_RELEASE, "POST", "/v1/releases/{release}/retirement"),
)

PROTECTED: Final[tuple[Route, ...]] = tuple(route for route in ROUTES if not route.public)
"""The routes behind the authoriser."""

PUBLIC_ACTIONS: Final[frozenset[Action]] = frozenset(route.action for route in ROUTES if route.public)
"""The actions that anyone may do: Cedar does not know them."""

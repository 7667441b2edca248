"""Who looks at a person's data leaves a look: every operation that answers with such data says here how it does."""

import inspect
from collections.abc import Iterator
from typing import Any, Final, get_args

import pytest
from pydantic import BaseModel

from app import app
from functions.api.looking import PURPOSES
from functions.api.materials import MaterialLink
from functions.api.routing import OPERATIONS
from miaoban.access.routes import PUBLIC_ACTIONS, Action
from miaoban.case.case import Case
from miaoban.decision.receipt import Proof
from miaoban.evidence.look import Look
from miaoban.operations.disputes import DisputeTask
from miaoban.operations.dossier import DossierFile
from miaoban.operations.draft import DraftField
from miaoban.operations.flagging import Flag
from miaoban.operations.notify import InboxItem
from miaoban.operations.set_aside import Proposal
from miaoban.operations.views import CaseView, LicenceView, Reason

assert app, "the operations are registered by the app"
PERSONAL: Final = (
    DisputeTask,
    Case,
    CaseView,
    LicenceView,
    Proof,
    DraftField,
    DossierFile,
    MaterialLink,
    Flag,
    InboxItem,
    Look,
    Reason,
    Proposal,
)
"""The models that hold data of a person, wherever they stand in an answer."""

WRITERS: Final = ("looked", "looked_at_draft", "looked_at_licence", "looked_at_disputes", "write")

HOW: Final[dict[Action, tuple[str, str]]] = {
    Action.CREATE_DRAFT: ("look", "a window fills a form for who stands before it; one's own leaves none"),
    Action.READ_CASE: ("look", "officers and windows"),
    Action.READ_TIMELINE: ("look", "officers, windows and supervision"),
    Action.READ_RECEIPT: ("look", "officers and supervision"),
    Action.READ_LICENCE: ("look", "the organ's officers"),
    Action.READ_MATERIAL: ("look", "officers of the organ, and of the departments that are asked"),
    Action.READ_DOSSIER: ("own", "a dossier is its holder's, and an upload its uploader's"),
    Action.DROP_UPLOAD: ("own", "only who agreed takes it back"),
    Action.LIST_TASKS: ("look", "one for each case of the page"),
    Action.READ_TASK: ("look", "the officer, with the form"),
    Action.LIST_FLAGS: ("look", "one for each case of the page"),
    Action.READ_FLAG: ("look", "supervision"),
    Action.LIST_CASES: ("own", "nobody lists those of others"),
    Action.LIST_LICENCES: ("own", "nobody lists those of others"),
    Action.READ_INBOX: ("own", "letters are the addressee's"),
    Action.READ_DATA_USE: ("own", "who looked at one's own data"),
    Action.CORRECT_CASE: ("own", "the applicant's own declaration"),
    Action.WITHDRAW_CASE: ("own", "only who asked may take it back"),
    Action.DISPUTE_VALUE: ("act", "the dispute is an event of the case, with who raised it"),
    Action.LIST_DISPUTES: ("look", "the department whose record is disputed"),
    Action.TRANSFER_TO_PERSON: ("own", "the right is the person's"),
    Action.SUBMIT_APPLICATION: ("act", "the decision's look names the records; the case names the window that helped"),
    Action.DECIDE_TASK: ("act", "the decision is an event of the case, with who decided"),
    Action.GIVE_OPINION: ("act", "an event of the case, with who gave it"),
    Action.PROPOSE_SET_ASIDE: ("act", "the proposal names who proposed"),
    Action.CLOSE_FLAG: ("act", "the flag names who closed it"),
    Action.VERIFY_LICENCE: ("public", "who holds the licence shows it"),
    Action.OPEN_VERIFICATION: ("public", "who holds the licence shows it"),
}


def models(found: Any, seen: set[Any]) -> Iterator[type[BaseModel]]:
    """A model, and all that its fields can hold."""
    if found in seen:
        return
    seen.add(found)
    if isinstance(found, type) and issubclass(found, BaseModel):
        yield found
        for field in found.model_fields.values():
            yield from models(field.annotation, seen)
    for part in get_args(found):
        yield from models(part, seen) if not isinstance(part, str) else ()


def holds(action: Action) -> bool:
    """Whether an operation's answer can hold data of a person."""
    return any(issubclass(model, PERSONAL) for model in models(OPERATIONS[action].answer, set()))


def test_every_operation_that_answers_with_personal_data_says_how_it_is_written_down() -> None:
    found = {action for action in OPERATIONS if holds(action)} - PUBLIC_ACTIONS
    missing = sorted(found - HOW.keys())
    assert not missing, f"say in HOW how a look at these is written down, and use functions/api/looking.py: {missing}"
    assert not sorted(action for action, (how, _) in HOW.items() if how != "public" and action not in found)


@pytest.mark.parametrize("action", sorted(action for action, (how, _) in HOW.items() if how == "look"))
def test_a_look_is_written_by_the_view_itself(action: Action) -> None:
    source = inspect.getsource(VIEWS[action])
    assert any(
        word in source for word in ("looked(", "looked_at_draft(", "looked_at_licence(", "looked_at_disputes(", "write(call")
    )
    assert action in PURPOSES, "to what end"


VIEWS = {action: operation.view for action, operation in OPERATIONS.items()}

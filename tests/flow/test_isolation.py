"""Who may see and do what: another person's things are not there, roles keep to their work, and bad tokens get nobody in."""

import base64
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest
from joserfc.jwk import OctKey
from joserfc.jws import serialize_compact

from miaoban.access.routes import PROTECTED, Action, Route
from tests.flow.actors import Applicant
from tools import issuer
from tools.client import Answer, Client, until

Caller = Callable[..., Client]
CASE, LICENCE = "211281-20261123-00000000", "1.2.156.3005.2.11210000MBXX00086U001.11211281MBXX0006X2.20261123AAAAAAAA.001.8"
PARAMETERS = {
    "case": CASE,
    "task": CASE,
    "flag": f"{CASE}-0001",
    "licence": LICENCE,
    "release": "none",
    "import": "none",
    "digest": "sha256:0",
    "field": "none",
    "event": "none",
}

# What each role's work needs, written down once more by hand.
PERMITTED: Mapping[str, str] = {
    "applicant": "create_draft submit_application list_cases read_case read_timeline read_receipt correct_case withdraw_case "
    "transfer_to_person dispute_value list_licences read_licence read_inbox read_data_use "
    "put_upload read_dossier drop_upload read_material",
    "window": "create_draft submit_application read_case read_timeline put_upload",
    "intermediary": "put_upload read_dossier drop_upload",
    "officer": "list_tasks read_task decide_task give_opinion dispute_value read_case read_timeline read_receipt read_licence "
    "propose_set_aside read_material",
    "supervisor": "list_flags read_flag close_flag read_timeline read_receipt list_releases read_release "
    "list_standings list_reconciliations read_quality",
    "department": "read_subscription put_subscription list_deliveries redeliver_event read_feed "
    "read_quality list_disputes uphold_value correct_value",
    "steward": "list_releases draft_release read_release run_shadow propose_release confirm_release withdraw_release "
    "retire_release list_imports read_import",
}


def path_of(route: Route) -> str:
    """The route's path, with numbers that nothing has."""
    return route.path.format(**PARAMETERS)


def ask(client: Client, route: Route) -> Answer:
    """Call a route with an empty body."""
    body = b"{}" if route.method in {"POST", "PUT"} else b""
    return client.send(route.method, path_of(route), body, key="k" if body else None)


@pytest.mark.parametrize("role", PERMITTED)
def test_a_role_calls_what_its_work_needs_and_nothing_else(caller: Caller, role: str) -> None:
    client = caller(role)
    refused = {route.action for route in PROTECTED if ask(client, route).status == httpx.codes.FORBIDDEN}
    assert {route.action for route in PROTECTED} - refused == {Action(name) for name in PERMITTED[role].split()}


class Owned(NamedTuple):
    """What somebody has: the numbers of an open case, a decided one and a licence."""

    open: str
    decided: str
    licence: str


@pytest.fixture
def owned(applicant: Applicant) -> Owned:
    decided = applicant.approved()
    return Owned(applicant.reviewing()["case"], decided["case"], decided["licence"])


def readable(owned: Owned) -> list[str]:
    """Where somebody's things are read."""
    case = f"/v1/cases/{owned.decided}"
    return [case, f"{case}/timeline", f"{case}/receipt", f"/v1/licences/{owned.licence}"]


def test_another_persons_things_are_not_there(applicant: Applicant, another: Applicant, owned: Owned) -> None:
    for path in readable(owned):
        assert applicant.client.get(path).status == 200
        answer = another.client.get(path)
        assert (answer.status, answer.code) == (404, "licence-not-found" if "licences" in path else "case-not-found")
        assert owned.decided not in answer["detail"]
    assert another.cases() == another.client.pages("/v1/licences") == []


@pytest.mark.parametrize(
    ("verb", "body"), [("corrections", {"form": {"planned_tonnes": 1}}), ("withdrawal", {}), ("transfer", {})]
)
def test_another_persons_case_is_not_touched(
    applicant: Applicant, another: Applicant, owned: Owned, verb: str, body: Mapping[str, Any]
) -> None:
    answer = another.client.post(f"/v1/cases/{owned.open}/{verb}", body)
    assert (answer.status, answer.code) == (404, "case-not-found")
    assert applicant.case(owned.open)["status"] == "reviewing"


def test_an_answer_is_not_repeated_to_another_person(applicant: Applicant, another: Applicant) -> None:
    application = applicant.firm().application()
    first = applicant.file(application)
    answer = another.file(application, first.key)
    assert answer.body.get("case") != first["case"]
    assert answer.body.get("licence") is None


def test_an_inbox_is_its_owners(applicant: Applicant, another: Applicant) -> None:
    case = applicant.approved()["case"]
    until(lambda: applicant.client.get("/v1/inbox"), lambda page: case in {told["case"] for told in page["items"]})
    assert another.client.get("/v1/inbox")["items"] == []


@pytest.mark.parametrize(
    "place",
    [
        pytest.param({"region": "211282", "department": "grain-reserve"}, id="the next county"),
        pytest.param({"region": "211281", "department": "market-regulation"}, id="another department"),
        pytest.param({"region": "210100", "department": "grain-reserve"}, id="another city"),
    ],
)
def test_an_officer_of_another_place_finds_nothing(caller: Caller, owned: Owned, place: Mapping[str, str]) -> None:
    officer = caller("officer", **place)
    for path in [*readable(owned), f"/v1/tasks/{owned.open}"]:
        assert officer.get(path).status == 404, path
    assert owned.open not in {task["task"] for task in officer.pages("/v1/tasks")}
    decision = {"approve": True, "reason": "越权尝试"}
    assert officer.post(f"/v1/tasks/{owned.open}/decision", decision).code == "not-found"
    assert officer.post(f"/v1/licences/{owned.licence}/set-asides", {"reason": "越权尝试"}).status == 404


def test_an_officer_does_not_decide_the_own_case(applicant: Applicant, caller: Caller, owned: Owned) -> None:
    self_named = {"roles": ["applicant", "officer"], "real_name": issuer.real_name(applicant.citizen.number)}
    officer = caller("officer", **self_named)
    answer = officer.post(f"/v1/tasks/{owned.open}/decision", {"approve": True, "reason": "自己的办件"})
    assert (answer.status, answer.code) == (404, "not-found")
    assert applicant.case(owned.open)["status"] == "reviewing"


def test_supervision_sees_why_but_not_the_form(caller: Caller, owned: Owned) -> None:
    city = caller("supervisor")
    case = f"/v1/cases/{owned.decided}"
    assert [city.get(path).status for path in (case, f"{case}/timeline", f"{case}/receipt")] == [403, 200, 200]
    elsewhere = caller("supervisor", region="210100")
    assert [elsewhere.get(path).status for path in (f"{case}/timeline", f"{case}/receipt")] == [404, 404]


def present(applicant: Applicant) -> dict[str, str]:
    """The applicant as a window names him."""
    return {"name": applicant.citizen.name, "number": applicant.citizen.number}


def test_a_window_files_for_who_is_present(applicant: Applicant, caller: Caller) -> None:
    window, application = caller("window"), applicant.firm().application()
    unnamed = window.post("/v1/applications", application)
    assert (unnamed.status, unnamed.places) == (422, [("/applicant", "field-missing")])
    filed = window.post("/v1/applications", {**application, "applicant": present(applicant)})
    assert filed["status"] == "approved"
    assert [case["case"] for case in applicant.cases()] == [filed["case"]]
    assert "contact_phone" not in window.get(f"/v1/cases/{filed['case']}")["form"]
    assert applicant.case(filed["case"])["form"]["contact_phone"] == "139****0000"


def test_a_window_keeps_to_its_region(applicant: Applicant, caller: Caller, owned: Owned) -> None:
    window = caller("window", region="211282")
    filed = window.post("/v1/applications", {**applicant.unknown().application(), "applicant": present(applicant)})
    assert (filed.status, filed.code) == (403, "forbidden")
    assert window.get(f"/v1/cases/{owned.decided}").status == 404


def unsigned(**header: str) -> str:
    """A token of the right content with a header of its own and no signature."""
    content = issuer.mint("applicant").split(".")[1]
    head = base64.urlsafe_b64encode(json.dumps({"typ": "JWT", **header}).encode()).decode().rstrip("=")
    return f"{head}.{content}."


def signed_with_public_key() -> str:
    """A token signed with HMAC, with what everybody knows as its secret."""
    public = issuer.jwks()["keys"][0]
    secret = OctKey.import_key(base64.urlsafe_b64encode(json.dumps(public).encode()).decode())
    header = {"alg": "HS256", "kid": public["kid"]}
    return serialize_compact(header, base64.urlsafe_b64decode(issuer.mint("applicant").split(".")[1] + "=="), secret)


def altered() -> str:
    """A token whose content was changed after it was signed."""
    head, _, signature = issuer.mint("applicant").split(".")
    return ".".join((head, issuer.mint("officer").split(".")[1], signature))


# One of each kind: the local cloud starts the authoriser anew after every refusal. Unit tests know many more.
@pytest.mark.parametrize(
    ("reason", "token"),
    [
        ("none", lambda _: None),
        ("garbage", lambda _: "xx.yy.zz"),
        ("expired", lambda _: issuer.mint("applicant", hours=-1)),
        ("another issuer", lambda _: issuer.mint("applicant", iss="https://issuer.elsewhere.example")),
        ("another key", lambda folder: issuer.mint("applicant", path=folder / "issuer.json")),
        ("no signature", lambda _: unsigned(alg="none")),
        ("HMAC with the public key", lambda _: signed_with_public_key()),
        ("altered", lambda _: altered()),
    ],
)
def test_a_bad_token_gets_nobody_in(
    outputs: Mapping[str, str], tmp_path: Path, reason: str, token: Callable[[Path], str | None]
) -> None:
    with Client(outputs, token=token(tmp_path)) as client:
        answer = client.get("/v1/cases")
        assert (answer.status, answer.code) == (401, "token-invalid"), reason


def test_what_is_public_needs_no_token(caller: Caller) -> None:
    assert [caller().get(path).status for path in ("/v1/matters", "/v1/public/keys")] == [200, 200]

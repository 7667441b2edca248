"""Who may do what: every role with every action, then objects, then the principal itself."""

import json
import re
from collections.abc import Callable, Iterable
from importlib.resources import files
from itertools import product
from typing import Any

import cedarpy
import pytest

from miaoban.access.errors import ForbiddenError, TokenClaimsError
from miaoban.access.policy import Policy, policy
from miaoban.access.principal import NEEDS, Person, Principal, Role
from miaoban.access.questions import check_rules, question
from miaoban.access.resources import Resource, ancestors
from miaoban.access.routes import PROTECTED, PUBLIC_ACTIONS, ROUTES, Action
from miaoban.identifiers import RegionCode, ResidentId, Uscc

NUMBER = "211281200203019007"
OTHER_NUMBER = "211281200305159019"
COUNTY, CITY, PROVINCE = RegionCode("211281"), RegionCode("211200"), RegionCode("210000")
NEIGHBOUR, STREET = RegionCode("211282"), RegionCode("211281001")
GRAIN, MARKET = "grain-reserve", "market-regulation"
MINE, THEIRS = "pseudonym-of-me", "pseudonym-of-somebody-else"

CEDAR = files("miaoban.access").joinpath("policy.cedar").read_text(encoding="utf-8")
SCHEMA = files("miaoban.access").joinpath("schema.cedarschema").read_text(encoding="utf-8")


def caller(*roles: Role, subject: str = "s-1", department: str = GRAIN, region: RegionCode = COUNTY) -> Principal:
    person = Person(number=ResidentId(NUMBER)) if Role.APPLICANT in roles else None
    acts_for = (Uscc("91211281MAXX000158"),) if Role.INTERMEDIARY in roles else ()
    told = {"department": department, "region": region, "acts_for": acts_for}
    found = Principal(subject=subject, roles=roles, person=person, **told)
    return found.known_as(MINE) if person else found


def case(owner: str = MINE, department: str = GRAIN, region: RegionCode = COUNTY) -> Resource:
    return Resource.case(owner=owner, department=department, region=region)


def licence(owner: str = MINE, department: str = GRAIN, region: RegionCode = COUNTY) -> Resource:
    return Resource.licence(owner=owner, department=department, region=region)


def task(department: str = GRAIN, region: RegionCode = COUNTY, **more: str) -> Resource:
    return Resource.task(department=department, region=region, **more)


APPLICANT, WINDOW, OFFICER, SUPERVISOR, DEPARTMENT, STEWARD, INTERMEDIARY = (caller(role) for role in Role)

# One column a role: Applicant, Window, Officer, Supervisor, Department, steward (T), Intermediary; "-" is a refusal.
COLUMNS = dict(zip("AWOSDTI", Role, strict=True))
GRID = [
    (Action.CREATE_DRAFT, "AW-----", "the applicant files; the window helps one who is present"),
    (Action.SUBMIT_APPLICATION, "AW-----", "the applicant files; the window helps one who is present"),
    (Action.LIST_CASES, "A------", "only the own cases make a list; nobody browses those of others"),
    (Action.READ_CASE, "AWO----", "the window answers a question, the officer decides; supervision does not see forms"),
    (Action.READ_PHONE, "A-O----", "the officer may have to call; the window has the applicant before it"),
    (
        Action.READ_TIMELINE,
        "AWOS---",
        "how far it is: whoever answers for it; the law's clock is what supervision watches",
    ),
    (Action.READ_RECEIPT, "A-OS---", "why it was decided so: the person, the organ, supervision"),
    (Action.CORRECT_CASE, "A------", "a correction is the applicant's own declaration"),
    (Action.WITHDRAW_CASE, "A------", "only who asked may take it back"),
    (Action.TRANSFER_TO_PERSON, "A------", "the right to a human decision is the person's (个人信息保护法 art. 24)"),
    (Action.DISPUTE_VALUE, "A-O----", "the person, and the officer who sees that a value is wrong"),
    (Action.LIST_LICENCES, "A------", "one's own licences"),
    (Action.READ_LICENCE, "A-O----", "the holder, and the organ that issued it"),
    (Action.READ_INBOX, "A------", "letters are the addressee's"),
    (Action.READ_DATA_USE, "A------", "who looked at the own data is the person's to know (个人信息保护法 art. 44, 45)"),
    (Action.PUT_UPLOAD, "AW----I", "the applicant, the window for one who is present, a third party under its own account"),
    (Action.READ_DOSSIER, "A-----I", "holders, and who uploaded; a window does not browse"),
    (Action.DROP_UPLOAD, "A-----I", "who agreed may take it back (个人信息保护法 art. 15)"),
    (Action.READ_MATERIAL, "A-O----", "the applicant, and who has to judge it"),
    (Action.LIST_TASKS, "--O----", "officers' work"),
    (Action.READ_TASK, "--O----", "officers' work"),
    (Action.DECIDE_TASK, "--O----", "a named officer decides, and nobody else"),
    (Action.GIVE_OPINION, "--O----", "an officer of a department that is asked"),
    (Action.PROPOSE_SET_ASIDE, "--O----", "the organ that issued it (行政许可法 art. 69)"),
    (Action.LIST_FLAGS, "---S---", "flags tell supervision"),
    (Action.READ_FLAG, "---S---", "flags tell supervision"),
    (Action.CLOSE_FLAG, "---S---", "supervision says when it is done"),
    (Action.READ_SUBSCRIPTION, "----D--", "a department's system minds its own deliveries"),
    (Action.PUT_SUBSCRIPTION, "----D--", "a department's system minds its own deliveries"),
    (Action.LIST_DELIVERIES, "----D--", "a department's system minds its own deliveries"),
    (Action.REDELIVER, "----D--", "a department's system minds its own deliveries"),
    (Action.READ_FEED, "----D--", "a department's system minds its own deliveries"),
    (Action.LIST_DISPUTES, "----D--", "the department whose record it is"),
    (Action.UPHOLD_VALUE, "----D--", "the department whose record it is"),
    (Action.CORRECT_VALUE, "----D--", "the department whose record it is"),
    (Action.READ_QUALITY, "---SD--", "a department's own data, and supervision all"),
    (Action.LIST_RELEASES, "---S-T-", "stewards release matters, and supervision sees it"),
    (Action.DRAFT_RELEASE, "-----T-", "stewards release matters"),
    (Action.READ_RELEASE, "---S-T-", "with the shadow run that was made before"),
    (Action.RUN_SHADOW, "-----T-", "which cases would come out otherwise, and nothing of what is in them"),
    (Action.PROPOSE_RELEASE, "-----T-", "a steward proposes"),
    (Action.CONFIRM_RELEASE, "-----T-", "and another confirms"),
    (Action.WITHDRAW_RELEASE, "-----T-", "any steward may stop a release"),
    (Action.RETIRE_RELEASE, "-----T-", "a matter ends by its stewards"),
    (Action.LIST_STANDINGS, "---S---", "supervision sees which matters degrade"),
    (Action.LIST_RECONCILIATIONS, "---S---", "supervision sees what did not arrive upstream"),
    (Action.LIST_IMPORTS, "-----T-", "who brings guide items sees how far they are"),
    (Action.READ_IMPORT, "-----T-", "and which lines could not be taken"),
]

FRIENDLY = {
    **dict.fromkeys((Action.LIST_LICENCES, Action.READ_LICENCE), licence()),
    # the officer's own licence would be refused: that is recusal, below
    Action.PROPOSE_SET_ASIDE: licence(owner=THEIRS),
    Action.READ_INBOX: Resource.inbox(owner=MINE),
    Action.READ_DATA_USE: Resource.data_use(owner=MINE),
    **dict.fromkeys((Action.LIST_TASKS, Action.READ_TASK, Action.DECIDE_TASK, Action.GIVE_OPINION), task()),
    **dict.fromkeys(
        (Action.LIST_FLAGS, Action.READ_FLAG, Action.CLOSE_FLAG, Action.LIST_RECONCILIATIONS), Resource.flag(region=COUNTY)
    ),
    **dict.fromkeys(
        (
            Action.READ_SUBSCRIPTION,
            Action.PUT_SUBSCRIPTION,
            Action.LIST_DELIVERIES,
            Action.REDELIVER,
            Action.READ_FEED,
        ),
        Resource.subscription(department=GRAIN),
    ),
    **dict.fromkeys((action for action in Action if action.endswith(("_release", "_releases", "_shadow"))), Resource.release()),
    **dict.fromkeys((Action.LIST_IMPORTS, Action.READ_IMPORT), Resource.imports()),
    Action.LIST_STANDINGS: Resource.sources(),
    **dict.fromkeys((Action.PUT_UPLOAD, Action.READ_DOSSIER, Action.DROP_UPLOAD), Resource.dossier(owner=MINE)),
    **dict.fromkeys(
        (Action.READ_QUALITY, Action.LIST_DISPUTES, Action.UPHOLD_VALUE, Action.CORRECT_VALUE),
        Resource.quality(department=GRAIN),
    ),
}


def test_the_grid_decides_every_action_that_is_not_public() -> None:
    assert sorted(action for action, _, _ in GRID) == sorted(set(Action) - PUBLIC_ACTIONS)


@pytest.mark.parametrize(("action", "row", "reason"), GRID)
def test_a_role_may_do_this_to_what_is_its_own(action: Action, row: str, reason: str) -> None:
    resource = FRIENDLY.get(action, case())
    allowed = {role for role in Role if policy().permits(caller(role), action, resource)}
    assert allowed == {COLUMNS[letter] for letter in row if letter != "-"}, reason


@pytest.mark.parametrize(("action", "row", "reason"), [line for line in GRID if line[0] in {r.action for r in PROTECTED}])
def test_a_role_may_call_the_operation(action: Action, row: str, reason: str) -> None:
    allowed = {role for role in Role if policy().permits(caller(role), action, Resource.route())}
    assert allowed == {COLUMNS[letter] for letter in row if letter != "-"}, reason


OBJECTS = [
    (APPLICANT, Action.READ_CASE, case(THEIRS), False, "another person's case"),
    (APPLICANT, Action.CORRECT_CASE, case(THEIRS), False, "another person's case"),
    (APPLICANT, Action.WITHDRAW_CASE, case(THEIRS), False, "another person's case"),
    (APPLICANT, Action.TRANSFER_TO_PERSON, case(THEIRS), False, "another person's case"),
    (APPLICANT, Action.SUBMIT_APPLICATION, case(THEIRS), False, "filing in another's name"),
    (APPLICANT, Action.READ_RECEIPT, case(THEIRS), False, "another person's decision"),
    (APPLICANT, Action.READ_LICENCE, licence(THEIRS), False, "another person's licence"),
    (APPLICANT, Action.READ_INBOX, Resource.inbox(owner=THEIRS), False, "another person's letters"),
    (APPLICANT, Action.READ_CASE, case(region=NEIGHBOUR, department=MARKET), True, "one's own case, wherever it is"),
    (WINDOW, Action.SUBMIT_APPLICATION, case(THEIRS), True, "assisted: the applicant is present"),
    (WINDOW, Action.SUBMIT_APPLICATION, case(THEIRS, region=NEIGHBOUR), False, "a matter of another county"),
    (WINDOW, Action.READ_CASE, case(THEIRS, department=MARKET), True, "a window serves all departments"),
    (WINDOW, Action.READ_CASE, case(THEIRS, region=NEIGHBOUR), False, "another county"),
    (WINDOW, Action.READ_CASE, case(THEIRS, region=CITY), False, "a county's window, a city's case"),
    (WINDOW, Action.READ_PHONE, case(THEIRS), False, "without telephone numbers"),
    (WINDOW, Action.READ_RECEIPT, case(THEIRS), False, "the reasons are the person's"),
    (OFFICER, Action.DECIDE_TASK, task(), True, "the own department and county"),
    (OFFICER, Action.DECIDE_TASK, task(MARKET), False, "another department"),
    (OFFICER, Action.DECIDE_TASK, task(region=NEIGHBOUR), False, "another county"),
    (OFFICER, Action.DECIDE_TASK, task(region=CITY), False, "a county's officer, a city's case"),
    (OFFICER, Action.DECIDE_TASK, task(region=STREET), True, "a street of the own county"),
    (OFFICER, Action.GIVE_OPINION, task(), True, "what the own department is asked"),
    (OFFICER, Action.GIVE_OPINION, task(MARKET), False, "what another department is asked"),
    (OFFICER, Action.GIVE_OPINION, task(region=NEIGHBOUR), False, "another county"),
    (OFFICER, Action.LIST_TASKS, task(region=NEIGHBOUR), False, "another county's list"),
    (OFFICER, Action.READ_CASE, case(THEIRS, department=MARKET), False, "another department's case"),
    (OFFICER, Action.READ_PHONE, case(THEIRS, region=CITY), False, "a county's officer, a city's case"),
    (OFFICER, Action.READ_RECEIPT, case(THEIRS), True, "the organ answers for its decision"),
    (OFFICER, Action.READ_RECEIPT, case(THEIRS, region=NEIGHBOUR), False, "another county's decision"),
    (OFFICER, Action.PROPOSE_SET_ASIDE, licence(THEIRS), True, "the organ that issued it"),
    (OFFICER, Action.PROPOSE_SET_ASIDE, licence(THEIRS, region=NEIGHBOUR), False, "another county's licence"),
    (OFFICER, Action.PROPOSE_SET_ASIDE, licence(THEIRS, department=MARKET), False, "another department's licence"),
    (OFFICER, Action.DECIDE_TASK, task(proposer="s-1"), False, "four eyes: the same person approves"),
    (OFFICER, Action.DECIDE_TASK, task(proposer="s-2"), True, "four eyes: a different officer approves"),
    (OFFICER, Action.READ_TASK, task(proposer="s-1"), True, "the proposer may see what became of it"),
    (
        caller(Role.OFFICER, Role.SUPERVISOR, Role.STEWARD),
        Action.DECIDE_TASK,
        task(proposer="s-1"),
        False,
        "four eyes: more roles do not help",
    ),
    (caller(Role.OFFICER, region=CITY), Action.DECIDE_TASK, task(), True, "the superior organ, in a county below"),
    (caller(Role.OFFICER, region=PROVINCE), Action.DECIDE_TASK, task(), True, "the province holds the county"),
    (caller(Role.OFFICER, region=RegionCode("370000")), Action.DECIDE_TASK, task(), False, "another province"),
    (caller(Role.OFFICER, Role.APPLICANT), Action.DECIDE_TASK, task(owner=MINE), False, "recusal: the own case"),
    (caller(Role.OFFICER, Role.APPLICANT), Action.DECIDE_TASK, task(owner=THEIRS), True, "somebody else's case"),
    (caller(Role.OFFICER, Role.APPLICANT), Action.GIVE_OPINION, task(owner=MINE), False, "recusal: of the own case too"),
    (caller(Role.OFFICER, Role.APPLICANT), Action.PROPOSE_SET_ASIDE, licence(MINE), False, "recusal: the own licence"),
    (caller(Role.SUPERVISOR, region=CITY), Action.READ_FLAG, Resource.flag(region=COUNTY), True, "city over county"),
    (SUPERVISOR, Action.READ_FLAG, Resource.flag(region=CITY), False, "county under city"),
    (SUPERVISOR, Action.READ_RECEIPT, case(THEIRS, department=MARKET), True, "supervision is over all departments"),
    (SUPERVISOR, Action.READ_RECEIPT, case(THEIRS, region=NEIGHBOUR), False, "another county"),
    (SUPERVISOR, Action.READ_TIMELINE, case(THEIRS), True, "the law's clock"),
    (SUPERVISOR, Action.READ_CASE, case(THEIRS), False, "but not the form"),
    (DEPARTMENT, Action.PUT_SUBSCRIPTION, Resource.subscription(department=MARKET), False, "another department's"),
    (DEPARTMENT, Action.LIST_DELIVERIES, Resource.subscription(department=MARKET), False, "another department's"),
    (DEPARTMENT, Action.READ_CASE, case(THEIRS), False, "a system gets what is delivered, and looks nothing up"),
    (APPLICANT, Action.PUT_UPLOAD, Resource.dossier(owner=THEIRS), False, "uploading in another's name"),
    (APPLICANT, Action.READ_DOSSIER, Resource.dossier(owner=THEIRS), False, "another's dossier"),
    (APPLICANT, Action.READ_MATERIAL, case(THEIRS), False, "another's file"),
    (OFFICER, Action.READ_MATERIAL, case(THEIRS), True, "what has to be judged"),
    (OFFICER, Action.READ_MATERIAL, case(THEIRS, department=MARKET), False, "another department's file"),
    (INTERMEDIARY, Action.READ_CASE, case(THEIRS), False, "an institution sees no case"),
    (STEWARD, Action.READ_CASE, case(THEIRS), False, "a steward sees no case"),
    (STEWARD, Action.CONFIRM_RELEASE, Resource.release(proposer="s-1"), False, "four eyes: the same steward confirms"),
    (STEWARD, Action.CONFIRM_RELEASE, Resource.release(proposer="s-2"), True, "four eyes: another steward confirms"),
    (STEWARD, Action.WITHDRAW_RELEASE, Resource.release(proposer="s-1"), True, "the proposer may take it back"),
    (STEWARD, Action.READ_RELEASE, Resource.release(proposer="s-1"), True, "and see what became of it"),
    (
        caller(Role.OFFICER, Role.SUPERVISOR, Role.STEWARD),
        Action.CONFIRM_RELEASE,
        Resource.release(proposer="s-1"),
        False,
        "four eyes: more roles do not help",
    ),
    (STEWARD, Action.CONFIRM_RELEASE, task(proposer="s-2"), False, "an action on a kind it is not about"),
    (
        Principal(subject="s-1", roles=(Role.APPLICANT,), person=Person(number=ResidentId(NUMBER))),
        Action.READ_CASE,
        case(""),
        False,
        "without a pseudonym nothing is one's own",
    ),
    (APPLICANT, Action.READ_CASE, licence(), False, "an action on a kind it is not about"),
    (APPLICANT, Action.LIST_MATTERS, Resource.route(), False, "public actions are not asked of Cedar"),
]


@pytest.mark.parametrize(("principal", "action", "resource", "expected", "reason"), OBJECTS)
def test_objects(*, principal: Principal, action: Action, resource: Resource, expected: bool, reason: str) -> None:
    assert policy().permits(principal, action, resource) is expected, reason


def test_require_raises_what_permits_refuses() -> None:
    policy().require(APPLICANT, Action.READ_CASE, case())
    with pytest.raises(ForbiddenError) as refusal:
        policy().require(APPLICANT, Action.READ_CASE, case(THEIRS))
    assert refusal.value.code == "forbidden"
    assert THEIRS not in str(refusal.value)


def test_a_rule_that_cannot_be_evaluated_refuses() -> None:
    rules = "permit(principal, action, resource); forbid(principal, action, resource) when { resource.gone };"
    broken = Policy(rules, SCHEMA)
    assert not broken.permits(APPLICANT, Action.READ_CASE, case())


def test_no_policy_permits_nothing() -> None:
    assert not Policy("", SCHEMA).permits(APPLICANT, Action.READ_CASE, case())


def test_policies_are_valid_by_the_schema() -> None:
    result = cedarpy.validate_policies(CEDAR, SCHEMA)
    assert result.validation_passed, result.errors


def test_policies_are_formatted_and_named() -> None:
    assert cedarpy.format_policies(CEDAR, line_width=120) == CEDAR
    assert CEDAR.count("@id(") == CEDAR.count("permit (") + CEDAR.count("forbid (")


def test_the_schema_knows_the_actions_that_are_not_public() -> None:
    named = re.findall(r"\b[a-z]+(?:_[a-z]+)+\b", " ".join(re.findall(r"action ([^;{]*?)\s*appliesTo", SCHEMA)))
    assert sorted(named) == sorted(set(Action) - PUBLIC_ACTIONS)


@pytest.mark.parametrize(("action", "row", "reason"), GRID)
def test_requests_are_valid_by_the_schema(action: Action, row: str, reason: str) -> None:
    asked = question(OFFICER, FRIENDLY.get(action, case()))
    result = cedarpy.is_authorized(asked.request(action), CEDAR, asked.entities(), schema=SCHEMA)
    assert result.decision is not cedarpy.Decision.NoDecision
    assert not result.diagnostics.errors
    assert result.allowed is ("O" in row), reason


EVERYTHING = (
    *FRIENDLY.values(),
    case(),
    Resource.route(),
    task(owner=MINE, proposer="s-1"),
)
APPLIES = {
    (Action(name), kind)
    for names, kinds in re.findall(r"action ([^;{]*?)\s*appliesTo \{ principal: User, resource: ([^}]*) \}", SCHEMA)
    for name, kind in product(re.findall(r"\w+", names), re.findall(r"\w+", kinds))
}


@pytest.mark.parametrize("resource", EVERYTHING, ids=lambda resource: resource.kind)
def test_no_policy_permits_an_action_on_a_kind_that_it_is_not_about(resource: Resource) -> None:
    """Cedar alone would: without the schema, whatever rule says `resource` means any resource."""
    careless = Policy("permit(principal, action, resource);", SCHEMA)
    permitted = careless.permitted(APPLICANT, Action, resource)
    assert permitted == {action for action, kind in APPLIES if kind == resource.kind}


def test_whoever_asks_about_whatever_is_described_as_the_schema_has_it() -> None:
    for principal, resource in product([*(caller(role) for role in Role), caller(*Role)], EVERYTHING):
        described = cedarpy.Entities.from_json_str(question(principal, resource).entities(), PARSED_SCHEMA)
        assert len(described) > 1, (principal.roles, resource.kind)


RULES = [
    ('permit(principal, action, resource) when { principal.department == "grain-reserve" };', False, "a value of its own"),
    ('permit(principal, action, resource) when { principal.department like "grain*" };', False, "a pattern"),
    ("permit(principal, action, resource) when { principal.subject < resource.owner };", False, "an order"),
    ('permit(principal, action, resource) when { resource.regions.containsAny(["1"]) };', False, "a set of its own"),
    ('permit(principal == User::"s-1", action, resource);', False, "a person of its own"),
    ("permit(principal == ?principal, action, resource);", False, "a template"),
    ("permit(principal, action, resource) when { principal.subject != resource.owner };", True, "two values"),
]


@pytest.mark.parametrize(("rule", "fits", "reason"), RULES, ids=[row[-1] for row in RULES])
def test_rules_compare_values_with_each_other_and_nothing_else(rule: str, fits: bool, reason: str) -> None:  # noqa: FBT001
    if fits:
        check_rules(rule)
        return
    with pytest.raises(ValueError, match="only compare"):
        Policy(f"{rule} // {reason}", SCHEMA)


PARSED, PARSED_SCHEMA = cedarpy.PolicySet.from_str(CEDAR), cedarpy.Schema.from_str(SCHEMA)


def plainly(principal: Principal, actions: Iterable[Action], resource: Resource) -> set[Action]:
    """Those of the actions that Cedar permits of the values themselves."""
    told = {"subject": principal.subject, "owner_key": principal.owner_key, "department": principal.department}
    attributes = {name: value for name, value in {**told, "region": str(principal.region or "")}.items() if value}
    user = {"uid": {"type": "User", "id": principal.subject}, "attrs": attributes}
    parents = [{"type": "Role", "id": role} for role in principal.roles]
    thing = {"uid": {"type": resource.kind, "id": "x"}, "attrs": dict(resource.attributes), "parents": []}
    asked = [action for action in actions if (action, resource.kind) in APPLIES]
    named = {"principal": user["uid"], "resource": thing["uid"]}
    requests = [{**named, "action": {"type": "Action", "id": action}} for action in asked]
    entities = json.dumps([{**user, "parents": parents}, thing])
    results = cedarpy.is_authorized_batch(requests, PARSED, entities, PARSED_SCHEMA)
    found = zip(asked, results, strict=True)
    return {action for action, result in found if result.allowed and not result.diagnostics.errors}


@pytest.mark.parametrize("role", [*Role], ids=str)
def test_under_made_up_names_the_answer_is_that_of_the_values_themselves(role: Role) -> None:
    """Also where values of different attributes happen to be equal: a subject that is called like a region, say."""
    values = (MINE, "s-1", GRAIN, "211281")
    things = [task(owner=owner, proposer=proposer) for owner, proposer in product(values, values)]
    things += [Resource.licence(owner=owner, department=MARKET, region=NEIGHBOUR) for owner in values]
    things += [case(owner, department) for owner, department in product(values, (GRAIN, MARKET))]
    callers = [caller(role, subject=subject, region=region) for subject, region in product(values, (COUNTY, CITY))]
    actions = (Action.DECIDE_TASK, Action.READ_CASE, Action.PROPOSE_SET_ASIDE)
    for principal, thing in product(callers, things):
        assert policy().permitted(principal, actions, thing) == plainly(principal, actions, thing), (principal, thing)


def test_no_value_reaches_cedar() -> None:
    asked = question(caller(Role.APPLICANT, Role.OFFICER), task(owner=MINE, proposer="s-1"))
    text = asked.entities() + str(asked.request(Action.READ_CASE))
    assert not [value for value in (MINE, "s-1", GRAIN, "211281") if value in text]


REGIONS = ["100000", "210000", "211200", "211281", "211282", "211281001", "211281001002", "110000", "110105", "429004"]


def test_ancestors_are_the_regions_that_contain() -> None:
    for lower in REGIONS:
        containing = {upper for upper in REGIONS if RegionCode(upper).contains(RegionCode(lower))}
        assert containing == set(REGIONS) & set(ancestors(RegionCode(lower))), lower


def test_routes_are_unique() -> None:
    assert len({(route.method, route.path) for route in ROUTES}) == len(ROUTES)
    assert len({route.action for route in ROUTES}) == len(ROUTES)
    assert {route.path for route in ROUTES if route.public} == {
        "/v1/matters",
        "/v1/matters/{matter}",
        "/v1/catalogue",
        "/v1/catalogue/{code}",
        "/v1/matters/{matter}/guide",
        "/v1/matters/{matter}/notice",
        "/v1/matters/{matter}/plan",
        "/v1/sources",
        "/v1/sources/{source}",
        "/v1/lists/{list}",
        "/v1/lineage",
        "/v1/lineage/todo",
        "/v1/lineage/bundle",
        "/v1/public/verifications",
        "/v1/public/licences/{licence}/{code}",
        "/v1/public/keys",
    }


CLAIMS: dict[str, Any] = {
    "sub": "citizen-901",
    "roles": ["applicant"],
    "name": "示例申请人",
    "real_name": {"kind": "111", "number": NUMBER},
    "acts_for": ["91211281MAXX000158"],
    "iss": "https://issuer.example",
}
STAFF: dict[str, Any] = {"sub": "o-1", "roles": ["officer"], "department": GRAIN, "region": "211281"}


def test_a_principal_is_read_from_claims() -> None:
    principal = Principal.from_claims(CLAIMS)
    assert principal.person is not None
    assert (principal.subject, principal.roles, str(principal.person.number)) == (
        "citizen-901",
        (Role.APPLICANT,),
        NUMBER,
    )
    assert [str(code) for code in principal.acts_for] == ["91211281MAXX000158"]
    assert principal.has(Role.APPLICANT)
    assert not principal.has(Role.OFFICER)


def test_a_principal_survives_its_text() -> None:
    principal = Principal.from_claims(CLAIMS)
    assert Principal.read(principal.text()) == principal


@pytest.mark.parametrize("shown", [repr, str, "{}".format, lambda it: repr(it.person), lambda it: f"{it.person!s}"])
def test_a_principal_shows_no_personal_data(shown: Callable[[Principal], str]) -> None:
    text = shown(Principal.from_claims(CLAIMS).known_as(MINE))
    assert not [secret for secret in (NUMBER, NUMBER[6:14], "示例申请人", MINE) if secret in text]


def test_roles_are_ordered_and_said_once() -> None:
    twice = Principal.from_claims(STAFF | {"roles": ["supervisor", "officer", "officer"]})
    assert twice.roles == (Role.OFFICER, Role.SUPERVISOR)


@pytest.mark.parametrize(
    ("claims", "named", "reason"),
    [
        (CLAIMS | {"sub": None}, "sub", "no subject"),
        (CLAIMS | {"sub": 7}, "sub", "a subject that is a number"),
        (CLAIMS | {"sub": ""}, "sub", "an empty subject"),
        (CLAIMS | {"sub": "x" * 129}, "sub", "a subject too long to be one"),
        (CLAIMS | {"roles": None}, "roles", "no roles"),
        (CLAIMS | {"roles": []}, "roles", "an empty list of roles"),
        (CLAIMS | {"roles": "applicant"}, "roles", "a text, not a list"),
        (CLAIMS | {"roles": ["king"]}, "roles", "a role that does not exist"),
        (CLAIMS | {"roles": ["applicant", "king"]}, "roles", "one that does and one that does not"),
        (CLAIMS | {"roles": [["applicant"]]}, "roles", "a list in a list"),
        (CLAIMS | {"roles": ["applicant", "officer"]}, "department、region", "a role without what it needs"),
        (CLAIMS | {"real_name": NUMBER}, "real_name", "a number without its kind"),
        (CLAIMS | {"real_name": {"kind": "111"}}, "real_name", "no number"),
        (CLAIMS | {"real_name": {"kind": "414", "number": NUMBER}}, "real_name", "a kind that is not the resident's"),
        (CLAIMS | {"real_name": {"kind": "111", "number": NUMBER[:-1] + "0"}}, "real_name", "a wrong check character"),
        (CLAIMS | {"real_name": {"kind": "111", "number": int(NUMBER)}}, "real_name", "a number that is a number"),
        (CLAIMS | {"acts_for": ["91211281MAXX000150"]}, "acts_for", "a wrong check character"),
        (CLAIMS | {"acts_for": "91211281MAXX000158"}, "acts_for", "a text, not a list"),
        (CLAIMS | {"name": {"full": "x"}}, "name", "a name that is an object"),
        (STAFF | {"region": "2112"}, "region", "a region cut short"),
        (STAFF | {"region": 211281}, "region", "a region that is a number"),
        (STAFF | {"department": "粮储局 *"}, "department", "a department that is not a code"),
        ({}, "roles、sub", "nothing at all"),
    ],
)
def test_claims_that_do_not_say_who_it_is(claims: dict[str, Any], named: str, reason: str) -> None:
    with pytest.raises(TokenClaimsError) as refusal:
        Principal.from_claims(claims)
    assert f"（{named}）" in str(refusal.value), reason
    assert refusal.value.code == "token-claims"
    assert NUMBER[:-1] not in str(refusal.value)


@pytest.mark.parametrize(("role", "attribute"), [(role, name) for role in Role for name in NEEDS[role]])
def test_a_role_needs_its_attributes(role: Role, attribute: str) -> None:
    claims = CLAIMS | STAFF | {"roles": [role]}
    Principal.from_claims(claims)
    with pytest.raises(TokenClaimsError):
        Principal.from_claims({name: claims[name] for name in claims if name not in {attribute, _claim(attribute)}})


def _claim(attribute: str) -> str:
    return {"person": "real_name"}.get(attribute, attribute)

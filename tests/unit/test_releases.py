"""Releases on the fakes: in force from their date, once, whoever acts at the same time; open cases keep their version."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest

from app import app
from functions.composition import use
from functions.watch import handler as watching
from miaoban.access.routes import ROUTES, Action
from miaoban.catalogue.errors import (
    FourEyesError,
    MatterNotFoundError,
    MatterRetiredError,
    ReleaseAlteredError,
    ReleaseNotFoundError,
    ReleaseRefusedError,
    ReleaseStateError,
    ShadowMissingError,
)
from miaoban.catalogue.folder import read_edition, unchecked_edition
from miaoban.catalogue.lineage import node_of
from miaoban.catalogue.publication import Edition, Pointer
from miaoban.catalogue.release import Release, Stage
from miaoban.memory import MemoryStore
from miaoban.operations import keys, release_keys
from miaoban.operations.activating import activate_due, read_release
from miaoban.operations.cases import load, read_again
from miaoban.operations.editions import at_version, current, listed
from miaoban.operations.errors import KeyReusedError
from miaoban.operations.lineage import page_of_uses
from miaoban.operations.once import Once
from miaoban.operations.releases import Drafting, Said, confirm, draft, propose, retire, withdraw
from miaoban.operations.releases import listed as listed_releases
from miaoban.operations.services import Services
from miaoban.operations.shadowing import RECEIPTS, ShadowStep, has_decisions, impact_of, run_shadow
from miaoban.operations.submit import submit
from miaoban.storage import Commit, Item, Put
from tests import kit, watched
from tests.captured import captured
from tools.folders import texts_of

TEXTS = texts_of(kit.ROOT / "matters" / kit.GRAIN)
ONE, TWO = "steward-1", "steward-2"
SCOPE = "otherwise: flag\n    says: 登记的经营范围"


def changed(*swaps: tuple[str, str], check: bool = True) -> Edition:
    text = TEXTS["conditions.yaml"]
    for old, new in swaps:
        assert old in text
        text = text.replace(old, new, 1)
    texts = {**TEXTS, "conditions.yaml": text}
    return read_edition(texts, kit.source_texts()) if check else unchecked_edition(texts, kit.source_texts())


WORDED = changed(("cure: 请办理首次备案。", "cure: 请先办理首次备案。"))
AGAIN = changed(("cure: 请办理首次备案。", "cure: 请先去办理首次备案。"))
STRICTER = changed(("0.2 * (", "0.0001 * ("))
QUALITY = changed((SCOPE, SCOPE.replace("flag", "refuse")))


def pass_all(_: Release) -> None:
    """Let everybody pass: the domain's own guards are what is tested here."""


class World:
    """A catalogue with its clock, and the verbs of stewards with a fresh key each."""

    def __init__(self) -> None:
        self.clock = kit.Clock()
        self.memory = MemoryStore()
        self.services = kit.services(self.memory, clock=self.clock)
        self._keys = 0

    def once(self, request: str = "x", key: str | None = None) -> Once:
        self._keys += 1
        return Once(self.services, "steward", key or f"key-{self._keys}", request)

    def draft(self, edition: Edition, at: datetime | None = None) -> str:
        content = Drafting(edition=edition, examples=kit.examples(), effective_from=at)
        return str(draft(self.services, content, ONE, self.once())["id"])

    def propose(self, release: str, by: str = ONE) -> Mapping[str, Any]:
        return propose(self.services, release, by, self.once(), pass_all)

    def confirm(self, release: str, by: str = TWO) -> Mapping[str, Any]:
        return confirm(self.services, release, by, self.once(), pass_all)

    def withdraw(self, release: str) -> Mapping[str, Any]:
        return withdraw(self.services, release, Said(ONE, "再看看"), self.once(), pass_all)

    def retire(self, release: str) -> Mapping[str, Any]:
        return retire(self.services, release, Said(ONE, "停止办理"), self.once(), pass_all)

    def publish(self, edition: Edition, at: datetime | None = None) -> str:
        release = self.draft(edition, at)
        self.propose(release)
        if has_decisions(self.services, kit.GRAIN):
            while run_shadow(self.services, release, ONE, self.once(), pass_all)["more"]:
                pass
        self.confirm(release)
        return release

    def stage(self, release: str) -> Stage:
        return read_release(self.services, release).stage

    def pointer(self) -> Pointer:
        return Pointer.read(self.memory.items[keys.pointer(kit.GRAIN)].body)

    def others(self) -> Services:
        """Another process, which remembers nothing."""
        return kit.services(self.memory, clock=self.clock)

    def notes(self) -> list[str]:
        return [key.sort for key in self.memory.items if key.partition == release_keys.DUE]


@pytest.fixture
def world() -> World:
    return World()


def test_at_once(world: World) -> None:
    release = world.publish(kit.edition())
    assert world.stage(release) is Stage.EFFECTIVE
    published = current(world.others(), kit.GRAIN)
    assert (published.version, published.digest) == (1, kit.edition().digest)
    assert world.pointer().release == release
    assert read_release(world.services, release).digest == kit.edition().digest
    assert world.notes() == []


def test_never_before_its_date_and_on_its_date_once(world: World) -> None:
    world.publish(kit.edition())
    day = world.clock.now + timedelta(days=3)
    release = world.publish(WORDED, day)
    assert world.stage(release) is Stage.PUBLISHED
    assert len(world.notes()) == 1
    assert activate_due(world.services, day).activated == 0, "a schedule that is ahead of the clock"
    for moment in (world.clock.now, day - timedelta(seconds=1), day - timedelta(microseconds=1)):
        world.clock.now = moment
        assert activate_due(world.services, moment).activated == 0
        assert current(world.others(), kit.GRAIN).version == 1
    world.clock.now = day
    assert [activate_due(world.services, day).activated for _ in range(3)] == [1, 0, 0]
    assert current(world.others(), kit.GRAIN).digest == WORDED.digest
    assert world.notes() == []


def test_a_matter_that_begins_in_the_future_is_not_there_yet(world: World) -> None:
    world.publish(kit.edition(), world.clock.now + timedelta(days=1))
    with pytest.raises(MatterNotFoundError, match="没有"):
        current(world.services, kit.GRAIN)
    assert listed(world.services).items == ()


def test_two_on_the_same_day_take_effect_in_their_order(world: World) -> None:
    day = world.clock.now + timedelta(days=1)
    later = world.publish(AGAIN, day + timedelta(hours=1))
    sooner = world.publish(WORDED, day)
    world.clock.now = day + timedelta(days=1)
    assert activate_due(world.services, world.clock.now).activated == 2
    assert (world.stage(sooner), world.stage(later)) == (Stage.RETIRED, Stage.EFFECTIVE)
    assert at_version(world.others(), kit.GRAIN, 1).digest == WORDED.digest
    assert at_version(world.others(), kit.GRAIN, 2).digest == AGAIN.digest


def test_a_version_is_never_written_again(world: World) -> None:
    world.publish(kit.edition())
    before = world.memory.items[keys.edition(kit.GRAIN, 1)]
    release = world.publish(WORDED)
    assert world.memory.items[keys.edition(kit.GRAIN, 1)] == before
    assert read_release(world.services, release).version == 2


def test_a_newer_version_ends_the_earlier_one(world: World) -> None:
    first, second = world.publish(kit.edition()), world.publish(WORDED)
    assert (world.stage(first), world.stage(second)) == (Stage.RETIRED, Stage.EFFECTIVE)
    assert read_release(world.services, first).reason == "新版本生效"


def test_the_process_that_knew_the_old_one_asks_again(world: World) -> None:
    kit.populate(world.services, kit.examples()["01-own-warehouse.yaml"].given)
    other = world.others()
    current(other, kit.GRAIN)
    world.publish(WORDED)
    answer = submit(other, kit.application(), kit.party(other), "key-1")
    assert load(other, str(answer["case"])).case.version == 2


def test_a_retired_matter_takes_no_applications_and_open_cases_go_on(world: World) -> None:
    found = world.services
    release = world.publish(kit.edition())
    case = submit(found, kit.application(), kit.party(found), "key-1")
    other = world.others()
    current(other, kit.GRAIN)
    world.retire(release)
    assert world.stage(release) is Stage.RETIRED
    for process in (found, other, world.others()):
        with pytest.raises(MatterRetiredError, match="已停止受理新的申请（停止办理），在办的办件照常办理，请"):
            submit(process, kit.application(county="211202"), kit.party(found), "key-2")
    assert listed(found).items == ()
    open_case = load(found, str(case["case"])).case
    assert read_again(world.others(), open_case).filing.published.version == 1


def test_a_retired_matter_may_come_back(world: World) -> None:
    world.retire(world.publish(kit.edition()))
    world.publish(kit.edition())
    assert current(world.others(), kit.GRAIN).version == 2
    assert len(listed(world.services).items) == 1


SOURCE = node_of("source:legal-person-base")


def test_the_lineage_is_told_while_a_release_is_in_force_and_only_then(world: World) -> None:
    def told() -> list[str]:
        return [found.matter for found in page_of_uses(world.others(), SOURCE)[0]]

    day = world.clock.now + timedelta(days=3)
    release = world.publish(kit.edition(), day)
    assert told() == [], "not before its date"
    world.clock.now = day
    activate_due(world.services, day)
    assert told() == [kit.GRAIN]
    world.publish(WORDED)
    assert told() == [kit.GRAIN], "once, of the version in force"
    left = [key for key in world.memory.items if key.partition.startswith("USES#")]
    assert {key.sort.partition("#")[2] for key in left} == {WORDED.digest.partition(":")[2][:16]}
    world.retire(world.pointer().release or release)
    assert told() == [], "a retired matter breaks with no source"


def test_an_open_case_keeps_its_version(world: World) -> None:
    world.publish(kit.edition())
    case = submit(world.services, kit.application(), kit.party(world.services), "key-1")
    world.publish(WORDED)
    kept = load(world.others(), str(case["case"])).case
    assert kept.edition == kit.edition().digest
    assert read_again(world.others(), kept).filing.published.digest == kit.edition().digest


def test_what_the_checks_find_refuses_publication(world: World) -> None:
    release = world.draft(QUALITY)
    assert world.stage(release) is Stage.DRAFT
    with pytest.raises(ReleaseRefusedError, match="C5 以质量类条件拒绝备案") as refusal:
        world.propose(release)
    assert {problem.code for problem in refusal.value.problems} == {"filing-refuses-quality", "example-fails"}
    with pytest.raises(ReleaseStateError):
        world.confirm(release)
    with pytest.raises(MatterNotFoundError):
        current(world.services, kit.GRAIN)


def test_a_withdrawn_confirmation_takes_no_effect(world: World) -> None:
    day = world.clock.now + timedelta(days=1)
    release = world.publish(kit.edition(), day)
    world.withdraw(release)
    assert world.notes() == []
    world.clock.now = day
    assert activate_due(world.services, day).activated == 0
    with pytest.raises(ReleaseStateError):
        world.withdraw(release)
    world.propose(release, TWO)
    world.confirm(release, ONE)
    assert world.stage(release) is Stage.EFFECTIVE, "its date has come meanwhile"


def test_withdrawn_while_the_watch_looks(world: World) -> None:
    """The watch has read the note and the release when a steward takes the confirmation back: nothing takes effect."""
    day = world.clock.now + timedelta(days=1)
    release = world.publish(kit.edition(), day)

    def taken_back() -> None:
        world.withdraw(release)

    world.clock.now = day
    store = watched.CountingStore(world.memory, before_commit=taken_back)
    found = activate_due(kit.services(store, clock=world.clock), day)
    assert (found.activated, found.failed) == (0, ())
    assert world.stage(release) is Stage.CHECKED


def test_many_watches_at_once_activate_once(world: World) -> None:
    day = world.clock.now + timedelta(days=1)
    world.publish(kit.edition(), day)
    world.clock.now = day
    answers = watched.at_once(8, lambda _: activate_due(world.others(), day).activated)
    assert sum(answers) == 1
    assert world.pointer().version == 1


def test_many_confirm_at_once_one_does(world: World) -> None:
    release = world.draft(kit.edition())
    world.propose(release)
    answers = watched.at_once(
        8, lambda number: confirm(world.others(), release, f"steward-{number + 2}", world.once(key=f"c-{number}"), pass_all)
    )
    done = [answer for answer in answers if isinstance(answer, Mapping)]
    assert len(done) == 1
    assert all(isinstance(answer, ReleaseStateError) for answer in answers if answer not in done)
    assert world.pointer().version == 1


def test_two_releases_at_once_make_two_versions_or_one_conflict(world: World) -> None:
    world.publish(kit.edition())
    both = [world.draft(WORDED), world.draft(AGAIN)]
    for release in both:
        world.propose(release)
    answers = watched.at_once(2, lambda number: confirm(world.others(), both[number], TWO, world.once(), pass_all))
    assert sorted(type(answer).__name__ for answer in answers) == ["ReleaseStateError", "dict"]
    assert world.pointer().version == 2, "the second proposal was made against another version"


def test_the_same_key_answers_the_same(world: World) -> None:
    content = Drafting(edition=kit.edition(), examples=kit.examples())
    answers = [draft(world.services, content, ONE, world.once(key="k")) for _ in range(3)]
    assert answers[0] == answers[1] == answers[2]
    with pytest.raises(KeyReusedError):
        draft(world.services, content, ONE, world.once("y", key="k"))
    release = str(answers[0]["id"])
    again = [propose(world.services, release, ONE, world.once(key="p"), pass_all) for _ in range(2)]
    assert again[0] == again[1]


def test_four_eyes_below_the_policy(world: World) -> None:
    release = world.draft(kit.edition())
    world.propose(release, ONE)
    with pytest.raises(FourEyesError):
        world.confirm(release, ONE)


def test_altered_content_takes_no_effect_and_stops_no_other(world: World) -> None:
    day = world.clock.now + timedelta(days=1)
    release = world.publish(WORDED, day)
    good = world.publish(kit.edition(), day + timedelta(minutes=1))
    key = release_keys.release_edition(release)
    world.memory.commit(Commit((Put(Item(key, AGAIN.text(), version=2), replaces=None),)))
    world.clock.now = day + timedelta(hours=1)
    found = activate_due(world.services, world.clock.now)
    assert found.activated == 1
    assert [type(error) for error in found.failed] == [ReleaseAlteredError]
    assert (world.stage(release), world.stage(good)) == (Stage.PUBLISHED, Stage.EFFECTIVE)


def test_a_release_that_is_not_there(world: World) -> None:
    with pytest.raises(ReleaseNotFoundError, match="请核对发布编号"):
        world.propose("20260302-0")


def test_releases_are_listed_newest_first(world: World) -> None:
    made = []
    for edition in (kit.edition(), WORDED, AGAIN):
        made.append(world.draft(edition))
        world.clock.advance(seconds=1)
    assert [Release.read(item.body).id for item in listed_releases(world.services).items] == made[::-1]


def test_the_impact_is_against_the_version_before(world: World) -> None:
    first = world.publish(kit.edition())
    release = world.draft(WORDED)
    expected = "条件修改 1 项：有可以变更或注销的备案（C14）"
    assert impact_of(world.services, read_release(world.services, release)).lines == (expected,)
    world.propose(release)
    world.confirm(release)
    assert impact_of(world.services, read_release(world.services, release)).lines == (expected,), "also once it is in force"
    assert "条件增加" in "".join(impact_of(world.services, read_release(world.services, first)).lines)


def filed(world: World, times: int) -> None:
    """So many filings by the examples' firm, each led to a change after the first."""
    kit.populate(world.services, kit.examples()["01-own-warehouse.yaml"].given)
    for number in range(times):
        world.clock.advance(seconds=1)
        submit(world.services, kit.application(), kit.party(world.services), f"file-{number}")


def stepped(world: World, release: str, by: str = ONE) -> ShadowStep:
    return ShadowStep.model_validate(run_shadow(world.services, release, by, world.once(), pass_all))


def test_the_shadow_run_decides_every_receipt_again_and_the_release_keeps_what_it_came_to(world: World) -> None:
    filed(world, RECEIPTS + 5)
    newest = world.clock.now
    release = world.draft(STRICTER)
    first = stepped(world, release)
    assert (first.receipts, first.more, first.tally.examined) == (RECEIPTS, True, RECEIPTS)
    assert read_release(world.services, release).shadow is None, "half a run is none"
    world.clock.advance(seconds=1)
    last = stepped(world, release, TWO)
    assert (last.receipts, last.more, last.tally.examined) == (5, False, RECEIPTS + 5)
    told = (*first.differing, *last.differing)
    assert len({one.case for one in told}) == RECEIPTS + 5, "the reasons of all differ"
    assert {one.conditions for one in told} == {("C10",)}
    kept = read_release(world.services, release).shadow
    assert kept is not None
    assert (kept.at, kept.by, kept.digest, kept.base, kept.tally) == (world.clock.now, TWO, STRICTER.digest, 1, last.tally)
    assert (kept.tally.same, kept.tally.otherwise, kept.tally.unknown) == (0, 0, 0), "no outcome: a filing is only flagged"
    assert (kept.tally.until, kept.tally.newest) == (newest, first.differing[0].case)
    assert release_keys.shadow_run(release) not in world.memory.items


def test_the_release_names_the_cases_that_would_come_out_otherwise(world: World) -> None:
    filed(world, 2)
    step = stepped(world, world.draft(changed(("'存续', '在业', ", "'在业', "))))
    (approved, redirected) = sorted(step.differing, key=lambda one: one.old)
    assert (approved.new, redirected.new) == ("reviewing", "redirected"), "the second has another reason only"
    assert (step.tally.examined, step.tally.otherwise, step.tally.cases) == (2, 1, (approved.case,))


def test_nobody_confirms_before_the_run_is_through(world: World) -> None:
    filed(world, RECEIPTS + 5)
    release = world.draft(WORDED)
    world.propose(release)
    for more in (True, False):
        with pytest.raises(ShadowMissingError, match="影子运行，请先调用"):
            world.confirm(release)
        assert stepped(world, release).more is more
    world.confirm(release)
    assert world.stage(release) is Stage.EFFECTIVE


def test_a_run_against_another_version_is_begun_anew(world: World) -> None:
    filed(world, RECEIPTS + 5)
    release = world.draft(WORDED)
    stepped(world, release)
    world.publish(AGAIN)
    again = stepped(world, release)
    assert (again.receipts, again.tally.examined, again.more) == (RECEIPTS, RECEIPTS, True)


def test_the_same_key_steps_once(world: World) -> None:
    filed(world, RECEIPTS + 5)
    release = world.draft(WORDED)
    steps = [run_shadow(world.services, release, ONE, world.once(key="s"), pass_all) for _ in range(3)]
    assert steps[0] == steps[1] == steps[2]
    assert stepped(world, release).tally.examined == RECEIPTS + 5


def test_many_step_at_once_and_no_receipt_is_counted_twice(world: World) -> None:
    filed(world, 2 * RECEIPTS + 5)
    release = world.draft(WORDED)
    answers = watched.at_once(
        3, lambda number: run_shadow(world.others(), release, ONE, world.once(key=f"s-{number}"), pass_all)
    )
    steps = [ShadowStep.model_validate(answer) for answer in answers]
    assert sorted(step.tally.examined for step in steps) == [RECEIPTS, 2 * RECEIPTS, 2 * RECEIPTS + 5]
    kept = read_release(world.services, release).shadow
    assert kept is not None
    assert kept.tally.examined == 2 * RECEIPTS + 5


def test_a_matter_without_decisions_is_confirmed_with_the_statement_that_there_are_none(world: World) -> None:
    kept = read_release(world.services, world.publish(kit.edition())).shadow
    assert kept is not None
    assert (kept.by, kept.base, kept.tally.examined, kept.tally.until) == (TWO, 0, 0, None)


def called(services: Services, by: str, action: Action, body: Any = None, **path: str) -> tuple[int, dict[str, Any]]:
    """Call the API as a steward, or as whoever `by` names with his role before a colon."""
    route = next(route for route in ROUTES if route.action is action)
    role, _, subject = by.rpartition(":")
    principal = {"subject": subject, "roles": [role or "steward"], "region": "211281", "department": "grain-reserve"}
    event = {
        "resource": route.path,
        "path": route.path.format(**path),
        "httpMethod": route.method,
        "headers": {"Idempotency-Key": f"{by}-{action}", "Content-Type": "application/json"},
        "multiValueHeaders": {},
        "queryStringParameters": None,
        "multiValueQueryStringParameters": None,
        "pathParameters": path or None,
        "stageVariables": None,
        "requestContext": {
            "resourcePath": route.path,
            "httpMethod": route.method,
            "requestId": "request-1",
            "authorizer": {"principal": json.dumps(principal)},
        },
        "body": None if body is None else json.dumps(body, ensure_ascii=False),
        "isBase64Encoded": False,
    }
    with use(services), captured("api"):
        answer = app(event, None)
    return answer["statusCode"], json.loads(answer["body"])


def content(edition: Edition) -> dict[str, Any]:
    return Drafting(edition=edition, examples=kit.examples()).model_dump(mode="json", exclude_none=True)


def test_the_api_releases_by_two_people(world: World) -> None:
    found = world.services
    status, answer = called(found, ONE, Action.DRAFT_RELEASE, content(kit.edition()))
    assert (status, answer["stage"], answer["findings"]) == (201, "checked", [])
    release = answer["id"]
    status, answer = called(found, ONE, Action.RUN_SHADOW, {}, release=release)
    assert (status, answer["receipts"], answer["tally"]["examined"], answer["more"]) == (200, 0, 0, False)
    assert called(found, ONE, Action.PROPOSE_RELEASE, {}, release=release)[0] == 200
    assert called(found, ONE, Action.CONFIRM_RELEASE, {}, release=release)[0] == 403
    status, answer = called(found, TWO, Action.CONFIRM_RELEASE, {}, release=release)
    assert (status, answer["stage"], answer["version"]) == (200, "effective", 1)
    status, answer = called(found, ONE, Action.LIST_RELEASES)
    assert [line["id"] for line in answer["items"]] == [release]
    status, answer = called(found, ONE, Action.READ_RELEASE, release=release)
    assert status == 200
    assert any(line.startswith("条件增加") for line in answer["lines"])
    assert answer["release"]["shadow"]["tally"] == {
        "examined": 0,
        "same": 0,
        "otherwise": 0,
        "unknown": 0,
        "erased": 0,
        "cases": [],
    }
    status, supervised = called(found, "supervisor:s-1", Action.READ_RELEASE, release=release)
    assert (status, supervised["release"]["shadow"]) == (200, answer["release"]["shadow"])
    status, answer = called(found, TWO, Action.RUN_SHADOW, {}, release=release)
    assert (status, answer["code"]) == (409, "release-state")
    status, answer = called(found, ONE, Action.RETIRE_RELEASE, {"reason": "停止办理"}, release=release)
    assert (status, answer["stage"]) == (200, "retired")
    status, answer = called(found, "", Action.READ_MATTER, matter=kit.GRAIN)
    assert (status, answer["code"]) == (404, "matter-retired")


def test_the_api_says_what_to_do_before_confirming(world: World) -> None:
    filed(world, 1)
    found = world.services
    release = world.draft(WORDED)
    world.propose(release)
    status, answer = called(found, TWO, Action.CONFIRM_RELEASE, {}, release=release)
    assert (status, answer["code"]) == (409, "shadow-missing")
    assert "POST /v1/releases/{release}/shadow" in answer["detail"]


def test_the_api_tells_all_findings(world: World) -> None:
    found = world.services
    _, answer = called(found, ONE, Action.DRAFT_RELEASE, content(QUALITY))
    assert answer["stage"] == "draft"
    status, answer = called(found, ONE, Action.PROPOSE_RELEASE, {}, release=answer["id"])
    assert (status, answer["code"]) == (422, "release-refused")
    assert {place["code"] for place in answer["errors"]} == {"filing-refuses-quality", "example-fails"}


REFUSED = [
    (Action.PROPOSE_RELEASE, {}, 404, "release-not-found", "no such release"),
    (Action.RETIRE_RELEASE, {"reason": ""}, 422, "request-invalid", "no reason"),
    (Action.WITHDRAW_RELEASE, {}, 422, "request-invalid", "no reason at all"),
    (Action.CONFIRM_RELEASE, {"x": 1}, 422, "request-invalid", "an unknown key"),
    (Action.READ_RELEASE, None, 404, "release-not-found", "no such release"),
    (Action.RUN_SHADOW, {}, 404, "release-not-found", "no such release"),
]


@pytest.mark.parametrize(("action", "body", "status", "code", "reason"), REFUSED)
def test_the_api_refuses(world: World, action: Action, body: Any, status: int, code: str, reason: str) -> None:
    answered, answer = called(world.services, ONE, action, body, release="20260302-00000009")
    assert (answered, answer["code"]) == (status, code), reason


@pytest.mark.parametrize("action", [Action.LIST_RELEASES, Action.READ_RELEASE, Action.RUN_SHADOW, Action.RETIRE_RELEASE])
def test_only_stewards(world: World, action: Action) -> None:
    release = world.publish(kit.edition())
    body = {Action.RETIRE_RELEASE: {"reason": "停止办理"}, Action.RUN_SHADOW: {}}.get(action)
    path = {} if action is Action.LIST_RELEASES else {"release": release}
    status, answer = called(world.services, "officer:o-1", action, body, **path)
    assert (status, answer["code"]) == (403, "forbidden")
    assert world.stage(release) is Stage.EFFECTIVE


def test_a_draft_that_is_none_is_told_where(world: World) -> None:
    body = content(kit.edition())
    del body["edition"]["matter"]["conditions"][0]["basis"]
    status, answer = called(world.services, ONE, Action.DRAFT_RELEASE, body)
    assert status == 422
    assert [place["pointer"] for place in answer["errors"]] == ["/edition/matter/conditions/0/basis"]


def test_a_draft_whose_parts_do_not_fit_is_taken_with_its_findings(world: World) -> None:
    edition = changed(("needs: [held.present]", "needs: [held.number]"), check=False)
    _, answer = called(world.services, ONE, Action.DRAFT_RELEASE, content(edition))
    assert [finding["code"] for finding in answer["findings"]] == ["fact-without-source"]


def test_the_watch_lets_releases_take_effect(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOTIFY_QUEUE", "https://queues.example/notify")
    monkeypatch.setenv("ASK_QUEUE", "https://queues.example/ask")
    day = world.clock.now + timedelta(days=1)
    release = world.publish(kit.edition(), day)
    world.clock.now = day
    event = {"time": day.isoformat()}
    with use(world.services), captured("watch"):
        counts = [watching.handler(event, None)["activated"] for _ in range(2)]
    assert counts == [1, 0]
    assert world.stage(release) is Stage.EFFECTIVE

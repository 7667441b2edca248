"""Materials as files on the fakes: announced, scanned, filed, used within their purpose, and gone in time."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from hashlib import sha256
from typing import Any

import pytest

from miaoban.case.case import Case, Status
from miaoban.catalogue.errors import FormError
from miaoban.decision.examples import merged
from miaoban.decision.replay import replay
from miaoban.evidence.upload import LARGEST, Stage, Upload
from miaoban.identifiers import ResidentId
from miaoban.memory import EICAR, MemoryFiles, MemoryOutbox, MemoryScanner
from miaoban.operations.cases import load
from miaoban.operations.correct import correct
from miaoban.operations.dossier import Viewer, dossier
from miaoban.operations.draft import DraftRequest, draft
from miaoban.operations.draft_materials import DraftMaterial
from miaoban.operations.dropping import drop_due
from miaoban.operations.editions import publish
from miaoban.operations.errors import NotFoundError
from miaoban.operations.once import Once
from miaoban.operations.reading import proof
from miaoban.operations.resume import resume
from miaoban.operations.scanning import Arrived, Found, scan
from miaoban.operations.submit import Application, submit
from miaoban.operations.uploading import AWAITED_DAYS, Uploader, UploadError, UploadRequest, UploadTicket, begin
from miaoban.operations.uploads import enterprise, upload_key
from miaoban.operations.watch import Wakeup
from miaoban.operations.withdrawing import withdraw
from miaoban.ports import UnavailableError
from tests import kit

PDF = b"%PDF-1.7 lease contract"
LEASE = {"storage": "lease"}
USCC = "91211281MAXX000158"
ASSOCIATION, FOUNDATION = "association-establishment", "foundation-establishment"


def digest(data: bytes) -> str:
    return f"sha256:{sha256(data).hexdigest()}"


class World:
    """The grain filing in force, an empty bucket, and a scanner that knows one malware."""

    def __init__(self) -> None:
        self.clock = kit.Clock()
        self.services = kit.ready(kit.services(clock=self.clock))
        assert isinstance(self.services.files, MemoryFiles)
        self.files = self.services.files
        self.me = kit.party(self.services)
        self.viewer = Viewer(owner=self.me.owner, person=self.me.owner)
        self.uploader = Uploader(owner=self.me.owner, person=self.me.owner)

    def announce(self, data: bytes = PDF, by: Uploader | None = None, **told: Any) -> UploadTicket:
        """Say that a file will come, by default the lease contract of the grain filing."""
        terms = {
            "matter": kit.GRAIN,
            "material": "lease-contract",
            "size": len(data),
            "type": "application/pdf",
            "holder": USCC,
        }
        request = UploadRequest.model_validate({name: value for name, value in {**terms, **told}.items() if value is not None})
        return begin(self.services, digest(data), request, by or self.uploader)

    def send(self, ticket: UploadTicket, data: bytes = PDF) -> Arrived:
        """Send a file over the link of a ticket, as S3 takes it and tells of it."""
        assert ticket.url
        name = ticket.url.removeprefix("memory:").partition("?")[0]
        return Arrived(name=name, size=len(data), tag=self.files.put(name, data))

    def scan(self, arrived: Arrived) -> Found | None:
        """Scan what arrived."""
        return scan(self.services, MemoryScanner(), arrived)

    def upload(self, data: bytes = PDF, **told: Any) -> Found | None:
        """Announce, send and scan a file."""
        return self.scan(self.send(self.announce(data, **told), data))

    def file(self, data: bytes = PDF, **form: Any) -> Mapping[str, Any]:
        """File with a leased warehouse and the contract of this content."""
        application = kit.application(situation=LEASE, lease_contract=digest(data), **form)
        return submit(self.services, application, self.me, self.services.new_id(12))

    def case(self, answer: Mapping[str, Any]) -> Case:
        """The case as it stands."""
        return load(self.services, answer["case"]).case

    def kept(self, data: bytes = PDF, holder: str | None = None) -> Upload | None:
        """What is noted of a file in the firm's dossier."""
        key = upload_key(holder or enterprise(self.services.vault, USCC), digest(data))
        item = self.services.store.read([key]).get(key)
        return Upload.read(item.body) if item else None

    def woken(self) -> list[str]:
        """The cases that were told to look again."""
        assert isinstance(self.services.resumes, MemoryOutbox)
        texts, self.services.resumes.sent = [sent.text for sent in self.services.resumes.sent], []
        return [Wakeup.read(text).case for text in texts]

    def drafted(self, viewer: Viewer | None = None, **form: Any) -> DraftMaterial:
        """What a draft says of the lease contract."""
        typed = {"uscc": USCC, "county": "211281", **form}
        base = kit.application(situation=LEASE)
        request = DraftRequest(matter=kit.GRAIN, region="211281", situation=base.situation, form=typed)
        answer = draft(self.services, request, self.me, viewer or self.viewer)
        return next(part for part in answer.materials if part.code == "lease-contract")


def test_a_file_that_was_scanned_is_handed_in_by_its_digest() -> None:
    world = World()
    assert world.upload() == Found()
    answer = world.file()
    assert answer["status"] == "approved"
    kept = world.kept()
    assert kept is not None
    assert (kept.stage, kept.cases) == (Stage.HELD, (answer["case"],))
    assert kept.name in world.files.names()
    assert not any(name.startswith("incoming/") for name in world.files.names()), "what was scanned lies in one place"


def test_the_receipt_says_what_the_file_was_and_decides_again_alone() -> None:
    world = World()
    world.upload()
    told = proof(world.services, world.case(world.file())).model_dump(mode="json", exclude_none=True)
    backed = told["receipt"]["facts"]["uploads"]["lease_contract"]
    assert (backed["state"], backed["by"]) == ("held", "applicant")
    assert replay(told) is None


def test_a_digest_that_nobody_uploaded_is_no_material() -> None:
    world = World()
    with pytest.raises(FormError) as refused:
        world.file()
    (problem,) = refused.value.problems
    assert (problem.pointer, problem.code) == ("/form/lease_contract", "material-unusable")
    assert "没有上传" in problem.message


def test_a_case_waits_for_the_scan_and_goes_on_by_itself() -> None:
    world = World()
    arrived = world.send(world.announce())
    answer = world.file()
    assert (answer["status"], answer["waiting_for"]) == ("waiting", ["材料查验"])
    assert world.scan(arrived) == Found()
    assert world.woken() == [answer["case"]]
    assert resume(world.services, answer["case"]).status is Status.APPROVED


def test_what_the_scan_refuses_is_asked_for_again_and_mended() -> None:
    world = World()
    bad = PDF + EICAR
    arrived = world.send(world.announce(bad), bad)
    answer = world.file(bad)
    assert world.scan(arrived) == Found("malware", "Eicar-Test-Signature")
    assert world.files.names() == set(), "nobody can ever read it"
    case = resume(world.services, answer["case"])
    assert case.status is Status.CORRECTING
    assert ("form.lease_contract", "“仓房租赁合同（文件摘要）”查出恶意程序。") in {
        (reason.condition, reason.says) for reason in case.reasons
    }
    world.upload()
    once = Once(world.services, world.me.owner, "k", {})
    mended = correct(world.services, case.id, {"lease_contract": digest(PDF)}, once, lambda _: None)
    assert mended["status"] == "approved"


def test_malware_can_not_be_announced_again_and_other_defects_can() -> None:
    world = World()
    world.upload(PDF + EICAR)
    with pytest.raises(UploadError) as refused:
        world.announce(PDF + EICAR)
    assert refused.value.problems[0].code == "material-malware"
    assert world.upload(b"no pdf at all") == Found("type")
    assert world.announce(b"no pdf at all").stage is Stage.AWAITED


DEFECTS = [
    (PDF, PDF + b" and more", Found("mismatch"), "longer than announced"),
    (PDF, PDF[:-1] + b"X", Found("mismatch"), "as long, and another"),
    (b"\x89PNG\r\n\x1a\n", b"\x89PNG\r\n\x1a\n", Found("type"), "a picture announced as PDF"),
    (b"MZ\x90", b"MZ\x90", Found("type"), "a program"),
    (EICAR, EICAR, Found("malware", "Eicar-Test-Signature"), "malware comes before its type"),
]


@pytest.mark.parametrize(("announced", "sent", "found", "reason"), DEFECTS, ids=[row[-1] for row in DEFECTS])
def test_what_is_not_as_announced_is_refused_and_gone(announced: bytes, sent: bytes, found: Found, reason: str) -> None:
    world = World()
    assert world.scan(world.send(world.announce(announced), sent)) == found, reason
    kept = world.kept(announced)
    assert kept is not None
    assert (kept.stage, kept.why) == (Stage.REFUSED, found.why)
    assert world.files.names() == set()


TYPES = [
    ("application/pdf", PDF),
    ("application/ofd", b"PK\x03\x04OFD.xml"),
    ("image/jpeg", b"\xff\xd8\xff\xe0"),
    ("image/png", b"\x89PNG\r\n\x1a\nIHDR"),
]


@pytest.mark.parametrize(("type_", "data"), TYPES)
def test_the_types_that_are_taken(type_: str, data: bytes) -> None:
    assert World().upload(data, type=type_) == Found()


def test_told_twice_or_late_or_of_nothing_the_scan_finds_its_work_done() -> None:
    world = World()
    arrived = world.send(world.announce())
    assert [world.scan(arrived), world.scan(arrived)] == [Found(), Found()]
    assert len(world.files.names()) == 1
    world.send(world.announce(b"%PDF-2"), b"%PDF-2")
    late = Arrived(name=f"incoming/{enterprise(world.services.vault, USCC)}/{digest(b'%PDF-2')[7:]}", size=6, tag="another")
    assert world.scan(late) is None, "the notice of what is there now comes by itself"
    stray = Arrived(name="incoming/nobody/0", size=1, tag=world.files.put("incoming/nobody/0", b"x"))
    assert world.scan(stray) is None
    assert "incoming/nobody/0" not in world.files.names()


def test_without_the_scanner_nothing_is_readable_and_nothing_lost() -> None:
    world = World()
    arrived = world.send(world.announce())
    with pytest.raises(UnavailableError):
        scan(world.services, MemoryScanner(UnavailableError("查毒服务没有应答，稍后重试")), arrived)
    assert world.kept().stage is Stage.AWAITED  # type: ignore[union-attr]
    assert world.file()["status"] == "waiting"
    assert world.scan(arrived) == Found()


def test_what_is_held_is_not_sent_again() -> None:
    world = World()
    world.upload()
    again = world.announce()
    assert (again.stage, again.url) == (Stage.HELD, None)
    assert len(world.kept().uses) == 1, "the same wish stands once"  # type: ignore[union-attr]


def test_a_link_is_signed_for_exactly_what_was_announced() -> None:
    world = World()
    ticket = world.announce()
    (terms,) = world.files.terms.values()
    assert terms == ("application/pdf", len(PDF), sha256(PDF).hexdigest())
    assert ticket.until == kit.NOW + timedelta(minutes=15)


WRONG = [
    ({"material": "authorisation"}, "/material", "material-unknown", "comes from a source"),
    ({"material": "x"}, "/material", "material-unknown", "no such material"),
    ({"holder": None}, "/holder", "holder-invalid", "whose dossier"),
    ({"holder": "91211281MAXX000150"}, "/holder", "holder-invalid", "a wrong check character"),
    ({"valid_until": date(2026, 3, 1)}, "/valid_until", "material-expired", "over already"),
]


@pytest.mark.parametrize(("told", "pointer", "code", "reason"), WRONG, ids=[row[-1] for row in WRONG])
def test_what_can_not_be_announced_is_told_with_the_place(told: dict[str, Any], pointer: str, code: str, reason: str) -> None:
    with pytest.raises(UploadError) as refused:
        World().announce(**told)
    (problem,) = refused.value.problems
    assert (problem.pointer, problem.code) == (pointer, code), reason


@pytest.mark.parametrize("size", [0, LARGEST + 1])
def test_sizes_have_an_end(size: int) -> None:
    with pytest.raises(ValueError, match="size"):
        World().announce(size=size)


def test_the_draft_says_what_is_filed_and_what_is_to_be_uploaded() -> None:
    world = World()
    wanted = world.drafted()
    assert (wanted.state, wanted.field) == ("upload", "lease_contract")
    assert wanted.types
    assert wanted.largest == LARGEST
    arrived = world.send(world.announce(valid_until=date(2026, 12, 31)))
    assert world.drafted().state == "scanning"
    world.scan(arrived)
    filed = world.drafted()
    assert (filed.state, filed.digest, filed.valid_until) == ("filed", digest(PDF), date(2026, 12, 31))
    assert filed.why == "档案中已有，不需要再次提交"


def test_a_draft_fills_in_the_file_and_the_form_is_sent_back_as_it_is() -> None:
    world = World()
    world.upload()
    base = kit.application(situation=LEASE)
    request = DraftRequest(matter=kit.GRAIN, region="211281", situation=base.situation, form=base.form)
    answer = draft(world.services, request, world.me, world.viewer)
    field = next(field for field in answer.fields if field.code == "lease_contract")
    assert (field.value, field.grade, field.source) == (digest(PDF), "C", "applicant")
    form = {field.code: field.value for field in answer.fields if field.value is not None}
    application = base.model_copy(update={"form": {**base.form, "lease_contract": form["lease_contract"]}})
    assert submit(world.services, application, world.me, "k")["status"] == "approved"


def test_what_is_over_is_asked_for_again_and_a_case_that_rests_on_it_goes_on() -> None:
    world = World()
    arrived = world.send(world.announce(valid_until=date(2026, 3, 2)))
    waiting = world.file()
    world.clock.advance(days=1)
    world.scan(arrived)
    assert world.drafted().state == "upload"
    assert resume(world.services, waiting["case"]).status is Status.APPROVED, "it was valid on the day of filing"
    with pytest.raises(FormError, match="已经过了有效期"):
        world.file(county="211282")


INSTITUTION = Uploader(owner="subject:institution-1", institution=("91210000MAXX00001X", "示例检测机构"))


def test_a_third_party_uploads_under_its_own_account() -> None:
    world = World()
    world.upload(by=INSTITUTION)
    agent = Viewer(owner=world.me.owner, person=world.me.owner, acts_for=(USCC,))
    filed = world.drafted(agent)
    assert (filed.state, filed.institution) == ("filed", "示例检测机构")
    assert filed.why == "示例检测机构已经上传，不需要再次提交"
    assert world.drafted().state == "upload", "who does not act for the firm does not see its dossier"
    told = proof(world.services, world.case(world.file())).model_dump(mode="json", exclude_none=True)
    assert told["receipt"]["facts"]["uploads"]["lease_contract"]["by"] == "91210000MAXX00001X"


def test_who_sees_what_of_a_dossier() -> None:
    world = World()
    world.upload()
    world.upload(b"%PDF-other", by=INSTITUTION)
    stranger = Viewer(owner="stranger", person="stranger")
    agent = Viewer(owner="agent", person="agent", acts_for=(USCC,))
    institution = Viewer(owner="subject:institution-1", acts_for=("91210000MAXX00001X",))

    def seen(viewer: Viewer) -> set[str]:
        return {file.digest for file in dossier(world.services, viewer, USCC).items}

    assert seen(stranger) == set()
    assert seen(agent) == {digest(PDF), digest(b"%PDF-other")}
    assert seen(world.viewer) == {digest(PDF)}, "the own upload"
    assert seen(institution) == {digest(b"%PDF-other")}


def founding(world: World, matter: str) -> DraftMaterial:
    """What a draft of founding an organisation says of the premises' proof, for a person's own dossier."""
    publish(world.services, kit.edition(matter), kit.NOW)
    given = next(iter(kit.examples(matter).values())).given
    request = DraftRequest(matter=matter, region=given.region, situation=given.situation, form={})
    answer = draft(world.services, request, world.me, world.viewer)
    return next(part for part in answer.materials if part.field == "premises_proof")


@pytest.mark.parametrize(
    ("reusable", "state", "reason"), [(True, "filed", "agreed to"), (False, "upload", "only for the first")]
)
def test_one_material_serves_other_matters_if_its_uploader_agreed(*, reusable: bool, state: str, reason: str) -> None:
    world = World()
    publish(world.services, kit.edition(ASSOCIATION), kit.NOW)
    world.upload(matter=ASSOCIATION, material="premises", holder=None, reusable=reusable)
    assert founding(world, ASSOCIATION).state == "filed"
    assert founding(world, FOUNDATION).state == state, reason


def test_a_file_for_another_matter_may_not_be_used() -> None:
    world = World()
    publish(world.services, kit.edition(ASSOCIATION), kit.NOW)
    publish(world.services, kit.edition(FOUNDATION), kit.NOW)
    world.upload(matter=ASSOCIATION, material="premises", holder=None)
    given = kit.examples(FOUNDATION)[next(iter(kit.examples(FOUNDATION)))].given
    kit.hand_in(world.services, FOUNDATION, given.form, ResidentId(kit.REPRESENTATIVE[1]))
    form = merged(given.form, {"premises_proof": digest(PDF)})
    application = Application(matter=FOUNDATION, region=given.region, situation=given.situation, form=form)
    with pytest.raises(FormError, match="没有同意用于本事项"):
        submit(world.services, application, world.me, "k")


def test_what_no_case_rests_on_goes_when_its_day_is_over() -> None:
    world = World()
    publish(world.services, kit.edition(ASSOCIATION), kit.NOW)
    world.upload(matter=ASSOCIATION, material="premises", holder=None)
    kept = world.kept(holder=world.me.owner)
    assert kept is not None
    assert drop_due(world.services, kit.NOW + timedelta(days=300)).dropped == 0
    world.clock.advance(days=400)
    assert drop_due(world.services, world.clock.now).dropped == 1
    assert world.kept(holder=world.me.owner) is None
    assert world.files.names() == set()


def test_what_a_case_rests_on_is_kept_as_long_as_the_case() -> None:
    world = World()
    world.upload()
    world.file()
    world.clock.advance(days=4000)
    assert drop_due(world.services, world.clock.now).dropped == 0
    assert world.kept() is not None


def test_what_never_came_is_forgotten_and_can_be_announced_again() -> None:
    world = World()
    world.announce()
    world.clock.advance(days=AWAITED_DAYS.days + 1)
    assert drop_due(world.services, world.clock.now).dropped == 1
    assert world.kept() is None
    assert world.upload() == Found()


def test_a_drop_that_broke_off_is_gone_on_with() -> None:
    world = World()
    world.upload()
    world.clock.advance(days=400)

    class Stuck(MemoryFiles):
        def remove(self, name: str) -> None:
            raise UnavailableError(f"{name} 没有删除")

    stuck = Stuck()
    went = drop_due(replace(world.services, files=stuck), world.clock.now)
    assert (went.dropped, len(went.failed)) == (0, 1)
    with pytest.raises(FormError):
        world.file()
    assert drop_due(world.services, world.clock.now).dropped == 1
    assert world.files.names() == set()


def test_who_agreed_takes_it_back_and_the_file_goes_if_nothing_rests_on_it() -> None:
    world = World()
    world.upload()
    shown = withdraw(world.services, world.viewer, USCC, digest(PDF))
    assert shown.uses == ()
    with pytest.raises(FormError, match="没有同意用于本事项"):
        world.file()
    world.clock.advance(days=1)
    assert drop_due(world.services, world.clock.now).dropped == 1
    assert world.files.names() == set()


def test_what_a_case_rests_on_stays_with_the_case() -> None:
    world = World()
    world.upload()
    world.file()
    withdraw(world.services, world.viewer, USCC, digest(PDF))
    world.clock.advance(days=400)
    assert drop_due(world.services, world.clock.now).dropped == 0
    assert world.kept() is not None


@pytest.mark.parametrize("viewer", [Viewer(owner="stranger"), Viewer(owner="subject:i", acts_for=("91210000MAXX00001X",))])
def test_nobody_takes_back_what_another_agreed_to(viewer: Viewer) -> None:
    world = World()
    world.upload()
    with pytest.raises(NotFoundError):
        withdraw(world.services, viewer, USCC, digest(PDF))
    assert len(world.kept().uses) == 1  # type: ignore[union-attr]


def test_what_a_window_uploads_is_the_persons_and_says_who_helped() -> None:
    world = World()
    world.upload(by=Uploader(owner=world.me.owner, person=world.me.owner, assisted_by="window-1"))
    kept = world.kept()
    assert kept is not None
    assert [(use.by, use.assisted_by) for use in kept.uses] == [(world.me.owner, "window-1")]
    assert world.drafted().state == "filed"


def test_two_scans_at_once_leave_what_was_noted_first() -> None:
    """The second has found the file awaited too: what the first noted stands, and no second copy stays."""
    world = World()
    arrived = world.send(world.announce())

    class Meanwhile(MemoryScanner):
        def scan(self, parts: Iterable[bytes]) -> str | None:
            found = super().scan(parts)
            scan(world.services, MemoryScanner(), arrived)
            world.files.put(arrived.name, PDF)
            return found

    scan(world.services, Meanwhile(), arrived)
    kept = world.kept()
    assert kept is not None
    assert world.files.names() == {kept.name}


def test_a_late_refusal_does_not_take_back_what_is_held() -> None:
    world = World()
    good = world.send(world.announce())
    bad = good.model_copy(update={"size": good.size + 1})

    class Meanwhile(MemoryScanner):
        def scan(self, parts: Iterable[bytes]) -> str | None:
            list(parts)
            world.scan(good)
            world.files.put(good.name, PDF)
            return "Late"

    scan(world.services, Meanwhile(), good)
    assert world.kept().stage is Stage.HELD  # type: ignore[union-attr]
    assert world.scan(bad) == Found()
    assert world.kept().stage is Stage.HELD  # type: ignore[union-attr]


def test_malware_under_anothers_digest_does_not_bar_the_file() -> None:
    world = World()
    other = EICAR.ljust(len(PDF) + 60)
    announced = PDF.ljust(len(other))
    assert world.scan(world.send(world.announce(announced), other)) == Found("mismatch", "Eicar-Test-Signature")
    assert world.upload(announced) == Found(), "announced again, it is scanned again"

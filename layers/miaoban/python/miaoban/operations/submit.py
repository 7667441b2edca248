"""Submit: one read, one signature, one transaction, and the answer."""

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import Field as Declared

from miaoban.case.commands import submit as submitted
from miaoban.case.events import Opening, Party
from miaoban.catalogue.errors import Problem, ProblemsError
from miaoban.catalogue.matter import Matter
from miaoban.catalogue.publication import Published
from miaoban.catalogue.regions import Organ
from miaoban.evidence.privacy import protect
from miaoban.models import Frozen
from miaoban.operations import keys
from miaoban.operations.editions import current, is_current, refresh
from miaoban.operations.filings import Filing
from miaoban.operations.judging import judged, licensed
from miaoban.operations.looks import decision_looks
from miaoban.operations.once import Once
from miaoban.operations.retrying import retried
from miaoban.operations.ruling import Ruling, read, rule
from miaoban.operations.services import Services, law_date
from miaoban.operations.settling import Step, settle
from miaoban.operations.views import case_view, view
from miaoban.operations.vouching import MOST, Proofs, strangers, vouched_for
from miaoban.storage import Commit, Items

CASE_LETTERS = 8


class Application(Frozen):
    """What an applicant sends: the matter, the region whose organ receives it, the situation's answers and the form.

    `proofs` are the seals that the draft gave, by field; `checked` names the fields whose originals a window has seen.
    """

    matter: str = Declared(max_length=80)
    region: str = Declared(max_length=12)
    situation: Mapping[str, str] = Declared(default_factory=dict)
    form: Mapping[str, Any]
    proofs: Proofs = Declared(default_factory=dict)
    checked: tuple[str, ...] = Declared(default=(), max_length=MOST)


class ApplicationError(ProblemsError):
    """Raised when an application names no organ of the matter, or proves a field that the form does not have."""

    code = "application-invalid"


def submit(
    services: Services, application: Application, party: Party, key: str, assisted_by: str | None = None
) -> Mapping[str, Any]:
    """Decide an application; the same key gives the same answer and writes nothing.

    Raises FormError, SituationError, MatterNotFoundError, KeyReusedError, CaseOpenError, BusyError.
    """
    once = Once(services, party.owner, key, application.model_dump(mode="json"))
    current(services, application.matter)
    return retried(lambda: _attempt(services, application, party, once, assisted_by))


def _attempt(
    services: Services, application: Application, party: Party, once: Once, assisted_by: str | None
) -> Mapping[str, Any] | None:
    published = current(services, application.matter)
    try:
        filing, repairs = filing_from(services, published, application, party)
    except ProblemsError:
        # What does not fit may have been answered before it stopped fitting, or fit a newer edition than this process knows.
        items = services.store.read([once.key, keys.pointer(application.matter)])
        if once.answered(items) is None and is_current(published, items):
            raise
        return _answered_or_again(services, published, once, items)
    found = read(services, filing, [once.key])
    if once.key in found.items or not is_current(published, found.items):
        return _answered_or_again(services, published, once, found.items)
    found.refuse_second()
    found.refuse_unready(law_date(services.now()))
    step = _step(services, rule(found, services.now()), once, assisted_by)
    answer = {**view(case_view(step.after)), "repairs": list(repairs)}
    looks = decision_looks(services, step)
    services.store.commit(Commit((*settle(step, found).writes, *looks, once.remember(answer))))
    return answer


def _answered_or_again(services: Services, published: Published, once: Once, items: Items) -> Mapping[str, Any] | None:
    """The earlier answer; or None to try again, with the edition now in force."""
    answered = once.answered(items)
    if answered is None:
        refresh(services, published.matter.code)
    return answered


def _step(services: Services, ruling: Ruling, once: Once, assisted_by: str | None) -> Step:
    licence = licensed(services, ruling)
    events = submitted(_opening(ruling, assisted_by), judged(ruling, licence))
    return Step(events=events, ruling=ruling, licensed=licence, correlation=services.correlation, answered=once.key)


def filing_from(
    services: Services, published: Published, application: Application, party: Party
) -> tuple[Filing, tuple[str, ...]]:
    """The filing that an application makes, checked and in normal form; the repairs are told."""
    situation, form = published.situation(application.situation)
    checked = form.check(application.form, "/form")
    organ = organ_of(published.matter, application.region)
    day = law_date(services.now()).isoformat().replace("-", "")
    case_id = f"{organ.region}-{day}-{services.new_id(CASE_LETTERS)}"
    values = protect(situation.fields, checked.values, services.vault)
    filing = Filing(case_id, published, situation, organ, party, values)
    return vouched(services, filing, application.proofs, application.checked), checked.repairs


def vouched(services: Services, filing: Filing, proofs: Mapping[str, str], checked: Iterable[str] = ()) -> Filing:
    """A filing with what is vouched for; raises ApplicationError for a field that the form does not have."""
    if problems := strangers(filing, proofs, checked):
        raise ApplicationError(problems)
    return filing._replace(vouched=vouched_for(services, filing, proofs, checked)) if proofs or checked else filing


def organ_of(matter: Matter, region: str) -> Organ:
    """The organ that receives in a region; raises ApplicationError naming the regions that have one."""
    organ = matter.organ(region)
    if organ is None:
        places = "、".join(f"{organ.region}（{organ.place}）" for organ in matter.all_organs)
        message = f"区划{region}没有办理“{matter.name}”的机关，可选：{places}"
        raise ApplicationError([Problem(pointer="/region", code="organ-unknown", message=message)])
    return organ


def _opening(ruling: Ruling, assisted_by: str | None) -> Opening:
    filing = ruling.filing
    return Opening(
        case=filing.case,
        matter=filing.published.matter.code,
        matter_name=filing.published.matter.name,
        version=filing.published.version,
        edition=filing.published.digest,
        organ=filing.organ,
        situation=filing.situation.answers,
        party=filing.party,
        form=filing.form,
        assisted_by=assisted_by,
        vouched=filing.vouched,
        erase_after=filing.published.matter.result.erase_after,
    )


def receiving(services: Services, matter: str, region: str) -> Organ:
    """The organ that receives a matter in a region; raises MatterNotFoundError, ApplicationError."""
    return organ_of(current(services, matter).matter, region)

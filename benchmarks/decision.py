"""The decision alone: form, sealing, policy, comparison, conditions and receipt, with nothing read and nothing written."""

from dataclasses import dataclass
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec

from benchmarks.clocks import Cost, in_turns
from benchmarks.scenario import Scenario, body, prepare, principal
from functions.composition import new_id, now
from miaoban.access.policy import policy
from miaoban.access.resources import Resource
from miaoban.access.routes import Action
from miaoban.case.events import Party
from miaoban.decision.outcome import Outcome
from miaoban.evidence.privacy import Private
from miaoban.identifiers import RegionCode
from miaoban.memory import MemoryFiles, MemoryOutbox, MemorySigner, MemoryStore, MemoryVault
from miaoban.operations.editions import current
from miaoban.operations.ruling import Read, read, rule
from miaoban.operations.services import Services
from miaoban.operations.submit import Application, filing_from

BUDGET_MS: Final = 0.5
WARM_UP: Final = 50
ROUNDS: Final = 1000


@dataclass(frozen=True, slots=True)
class DecisionFigures:
    """The whole decision, and its three parts: the form checked and sealed, the policy asked, the ruling with its receipt."""

    whole: Cost
    form: Cost
    policy: Cost
    ruling: Cost


class DecisionError(Exception):
    """Raised when the decision that is measured is not an approval."""


def measure(scene: Scenario) -> DecisionFigures:
    """Let the whole and its parts take turns on the fakes, which only hold what was read before."""
    work = _Work(scene)
    acts = (lambda _: work.whole(), lambda _: work.form(), lambda _: work.policy(), lambda _: work.ruling())
    in_turns(WARM_UP, acts)
    return DecisionFigures(*in_turns(ROUNDS, acts))


class _Work:
    """One application, and everything that was read for it."""

    def __init__(self, scene: Scenario) -> None:
        signer = MemorySigner(ec.generate_private_key(ec.SECP256R1()))
        vault = MemoryVault()
        self._services = Services(MemoryStore(), vault, signer, MemoryOutbox(), MemoryOutbox(), MemoryFiles(), now, new_id)
        prepare(scene, self._services, 1)
        self._application = Application.model_validate(body(scene, 0))
        self._party = _party(scene, vault)
        self._principal = principal(scene).known_as(self._party.owner)
        self._published = current(self._services, self._application.matter)
        filing, _ = filing_from(self._services, self._published, self._application, self._party)
        self._found: Read = read(self._services, filing)

    def whole(self) -> None:
        """Decide."""
        self.policy()
        filing, _ = filing_from(self._services, self._published, self._application, self._party)
        if rule(self._found._replace(filing=filing), now()).decision.outcome is not Outcome.APPROVED:
            raise DecisionError("the example is no longer approved")

    def form(self) -> None:
        """Check the form and seal its numbers."""
        filing_from(self._services, self._published, self._application, self._party)

    def policy(self) -> None:
        """Ask the access policy."""
        organ = self._found.filing.organ
        case = Resource.case(owner=self._party.owner, department=organ.department, region=RegionCode(organ.region))
        policy().require(self._principal, Action.SUBMIT_APPLICATION, case)

    def ruling(self) -> None:
        """Compare, judge, and write the receipt with its digest."""
        rule(self._found, now())


def _party(scene: Scenario, vault: MemoryVault) -> Party:
    applicant = scene.given.applicant
    number = str(applicant.number)
    pseudonym = vault.pseudonym("111", number)
    private = Private(pseudonym=pseudonym, masked=applicant.number.masked, sealed=vault.seal(number))
    return Party(owner=pseudonym, name=applicant.name, number=private)

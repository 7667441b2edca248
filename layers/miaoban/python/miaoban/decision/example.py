"""An example (示例) as a model: a matter's own test. `examples` reads them, `playing` plays them without any service."""

from collections.abc import Mapping

from pydantic import AwareDatetime, JsonValue
from pydantic import Field as Declared

from miaoban.decision.facts import Held
from miaoban.decision.outcome import Outcome
from miaoban.identifiers import ResidentId
from miaoban.models import Frozen


class Player(Frozen):
    """Who files in an example."""

    name: str
    number: ResidentId


class GivenRecord(Frozen):
    """A record as its department sent it; received when its source was last heard, unless said otherwise."""

    values: Mapping[str, JsonValue]
    received_at: AwareDatetime | None = None
    withdrawn: bool = False


class Given(Frozen):
    """What an example starts from. `records` are named under `source/kind`; `heard` tells when a source last spoke.

    `checked` are the fields whose originals a window has seen; `taken` is what earlier approvals took of the matter's quota.
    """

    now: AwareDatetime
    region: str
    applicant: Player
    situation: Mapping[str, str]
    form: Mapping[str, JsonValue]
    records: Mapping[str, Mapping[str, GivenRecord]] = Declared(default_factory=dict)
    heard: Mapping[str, AwareDatetime] = Declared(default_factory=dict)
    held: Held = Held()
    checked: tuple[str, ...] = ()
    corrected: bool = False
    taken: int = 0


class Sent(Frozen):
    """Where a redirected applicant is expected to be sent; `region` is that of the organ, if the matter names one."""

    to: str
    region: str | None = None
    matter: str | None = None
    answers: Mapping[str, str] = Declared(default_factory=dict)
    licence: str | None = None


class ExpectAfter(Frozen):
    """What must come of a conclusion: the outcome, and lines of the licence (label: value)."""

    outcome: Outcome
    licence: Mapping[str, JsonValue] = Declared(default_factory=dict)


class Expect(Frozen):
    """What must come of it: the conditions that do not hold, in the matter's order, and what people are told.

    `licence` (label: value) and `compared` (label: [declared, held]) name only what the example is about.
    `concluded` goes on to the person: what comes of each conclusion, by its code.
    """

    outcome: Outcome
    reasons: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    waiting_for: tuple[str, ...] = ()
    direction: Sent | None = None
    reviewer: str | None = None
    compared: Mapping[str, tuple[JsonValue, JsonValue]] = Declared(default_factory=dict)
    licence: Mapping[str, JsonValue] = Declared(default_factory=dict)
    concluded: Mapping[str, ExpectAfter] = Declared(default_factory=dict)


class Example(Frozen):
    """One example: its sentence, what is given, what is expected."""

    title: str
    given: Given
    expect: Expect

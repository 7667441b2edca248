"""The stage on which the story is played: its callers, what a row shows, and what it must come to."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final, NamedTuple

from tools import deployment
from tools.arrivals import arrive
from tools.cast import REPRESENTATIVE, Firm, firm
from tools.client import Answer, Client, until
from tools.issuer import PERSONAS

WORDS: Final = {
    "approved": "准予",
    "refused": "不予",
    "redirected": "告知",
    "correcting": "待补正",
    "waiting": "等待数源",
    "reviewing": "人工核查",
    "withdrawn": "已撤回",
    "valid": "有效",
    "superseded": "已被取代",
    "cancelled": "已注销",
}
NO_PERSON: Final = "machine"


class StoryError(AssertionError):
    """Raised when a row does not come out as the story says; its text names what differs."""


@dataclass(frozen=True)
class Line:
    """One line of the story's table."""

    row: str
    given: str
    outcome: str
    reason: str = ""
    milliseconds: float | None = None
    licence: str = ""
    verification: str = ""


@dataclass(frozen=True)
class Stage:
    """The deployed stack, with the callers of the story."""

    outputs: Mapping[str, str]
    _callers: dict[str, Client] = field(default_factory=dict, repr=False)

    def caller(self, role: str) -> Client:
        """A persona of the local issuer as a caller, or nobody: `public`."""
        if role not in self._callers:
            self._callers[role] = Client(self.outputs, role if role in PERSONAS else None)
        return self._callers[role]

    @property
    def applicant(self) -> Client:
        """The legal representative of the story's firms."""
        return self.caller("applicant")

    def firm(self, county: str = "211281", **record: Any) -> Firm:
        """A new firm that the legal-person base knows; `record` changes what it says."""
        made = firm(REPRESENTATIVE, county)
        self.arrive(made.record(**record))
        return made

    def arrive(self, *messages: Mapping[str, Any]) -> None:
        """Let departments send, and wait until it is taken."""
        arrive(self.outputs, messages)

    def file(self, application: Mapping[str, Any], key: str | None = None) -> Answer:
        """File as the applicant."""
        return self.applicant.post("/v1/applications", application, key)

    def becomes(self, case: str, status: str) -> Answer:
        """Wait until a case has this status."""
        return until(lambda: self.applicant.get(f"/v1/cases/{case}"), lambda answer: answer["status"] == status)

    def licence(self, number: str) -> Answer:
        """The applicant's licence."""
        return self.applicant.get(f"/v1/licences/{number}")

    def verified(self, licence: Answer) -> Answer:
        """What anybody is told under the licence's verification link."""
        return self.caller("public").get(licence["verification"])

    def watch(self, moment: datetime) -> None:
        """Run the watch function as its schedule will at a moment."""
        payload = json.dumps({"time": moment.isoformat()})
        answer = deployment.client("lambda").invoke(FunctionName=self.outputs["WatchFunctionName"], Payload=payload)
        said = answer["Payload"].read()  # unread, it would keep its connection from the pool until it is collected
        expect("watch 的执行", answer.get("FunctionError") and said.decode(), None)

    def close(self) -> None:
        """Let every caller go."""
        for caller in self._callers.values():
            caller.close()


class Scene(NamedTuple):
    """One row: its number, its title and how it is played; `play` raises StoryError when something differs."""

    row: str
    title: str
    play: Callable[[Stage], list[Line]]


def expect(what: str, seen: Any, wanted: Any) -> None:
    """Raise StoryError unless what is seen is what is wanted."""
    if seen != wanted:
        raise StoryError(f"{what}：应为 {wanted!r}，实为 {seen!r}")


def came_to(answer: Answer, outcome: str, *reasons: str) -> None:
    """Raise StoryError unless a case has this outcome, for exactly these reasons, without a word of another problem."""
    expect("结果", answer.body.get("status", answer.body.get("detail")), outcome)
    expect("理由", sorted(reason["condition"] for reason in answer["reasons"]), sorted(reasons))


def line(row: str, given: str, answer: Answer, reason: str = "", licence: Answer | None = None) -> Line:
    """The line of a case: its reasons with their articles unless something else is said; the time of what was sent."""
    said = reason or "\n".join(f"{told['says']}（{cited(told['basis'])}）" for told in answer["reasons"])
    outcome = WORDS[answer["status"]]
    number, path = (licence["number"], licence["verification"]) if licence else ("", "")
    return Line(row, given, outcome, said, answer.milliseconds if answer.key else None, number, path)


def day_after(last_day: str) -> datetime:
    """Noon in China on the day after a deadline."""
    return datetime.combine(date.fromisoformat(last_day) + timedelta(days=1), time(4), UTC)


def cited(basis: Mapping[str, str] | Sequence[Mapping[str, str]]) -> str:
    """Articles of law as they are cited: one, or a list of them."""
    return "、".join(map(article, [basis] if isinstance(basis, Mapping) else basis))


def article(basis: Mapping[str, str]) -> str:
    """An article of law as it is cited."""
    return f"《{basis['law']}》{basis['article']}"

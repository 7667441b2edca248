"""A source that is down for an hour while ten thousand people file, in virtual time: what is asked, decided, lost and doubled.

Everything is our own code on the fakes, and a clock that jumps from one message to the next: the asks, the gate, the breaker,
the watch of each minute, and the cases that are woken.
"""

import heapq
import itertools
from bisect import bisect_right
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from miaoban.case.case import Status
from miaoban.catalogue.asking import Asking
from miaoban.evidence.errors import SourceUnreachableError
from miaoban.evidence.gate import WINDOWS
from miaoban.evidence.inquiry import Answered, Question
from miaoban.evidence.record import Record
from miaoban.memory import MemoryAsker, MemoryOutbox, MemoryStore
from miaoban.operations.asking import Desk, put
from miaoban.operations.asks import queue_of
from miaoban.operations.cases import load
from miaoban.operations.catching_up import Prompt, catch_up
from miaoban.operations.editions import publish
from miaoban.operations.inquire import Desk as InquiryDesk
from miaoban.operations.resume import resume
from miaoban.operations.submit import Application, submit
from miaoban.operations.watch import Wakeup
from miaoban.storage import Index, Item, Range, Table
from tests import kit
from tools.issuer import resident

PEOPLE: Final = 10_000
OUTAGE: Final = timedelta(hours=1)
SOURCE, KIND, MATTER = "social-insurance", "insured", "mobile-queries"
ANSWERS_IN: Final = timedelta(milliseconds=50)
LONGEST: Final = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class OutageFigures:
    """What the hour came to; `over_quota` counts calls beyond the quota in any window, `caught_up` minutes after recovery."""

    people: int
    calls: int
    over_quota: int
    decided: int
    lost: int
    doubled: int
    stale: int
    caught_up: float


class Clock:
    """A clock that is set."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        """The time."""
        return self.now


class Source(MemoryAsker):
    """A source that is down until a moment, and remembers when it was called."""

    def __init__(self, clock: Clock, up_at: datetime) -> None:
        super().__init__(clock)
        self.clock, self.up_at = clock, up_at
        self.called: list[datetime] = []

    def ask(self, question: Question, asking: Asking, seconds: float) -> Answered:
        """Answer, or not."""
        self.called.append(self.clock.now)
        self.fault = SourceUnreachableError("down") if self.clock.now < self.up_at else None
        self.clock.now += ANSWERS_IN
        return super().ask(question, asking, seconds)


class Town:
    """Ten thousand people, the source, and the messages between, by the moment when each is due."""

    def __init__(self) -> None:
        self.began = kit.NOW
        self.clock = Clock(self.began)
        self.store = MemoryStore()
        self.resumes = MemoryOutbox()
        self.services = replace(kit.services(store=self.store, clock=self.clock), resumes=self.resumes)
        publish(self.services, kit.edition(MATTER), kit.NOW)
        self.source = Source(self.clock, self.began + OUTAGE)
        self.desk = Desk(InquiryDesk(self.services, self.source, self.wait, lambda: 0.5), lambda _: MemoryOutbox())
        self.due: list[tuple[datetime, int, str]] = []
        self.order = itertools.count()
        self.cases: dict[str, datetime] = {}
        self.woken = 0

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.clock.now += timedelta(seconds=seconds)

    def prompt(self, record: str, at: datetime) -> None:
        """Let a record be asked for at a moment."""
        heapq.heappush(self.due, (at, next(self.order), record))

    def file(self, number: int) -> None:
        """Somebody files, and what is to be asked is prompted by the bus."""
        who = (f"甄示例{number}", resident("19900101", f"{number % 1000:03}", f"21{number // 1000:04}"))
        self.source.put(SOURCE, KIND, ("number",), {"number": who[1], "name": who[0], "status": "参保缴费"})
        form: dict[str, Any] = {"purpose": "own", "consent": True}
        told = Application(matter=MATTER, region="211281", situation={"what": "social"}, form=form)
        case = str(submit(self.services, told, kit.party(self.services, who), f"key-{number}")["case"])
        self.cases[case] = self.clock.now
        (waited,) = load(self.services, case).case.waiting_on
        self.prompt(f"{waited.source}#{waited.kind}#{waited.key}", self.clock.now)

    def work(self, until: datetime) -> None:
        """Put what is due, and let those go on whose answer has come."""
        while self.due and self.due[0][0] <= until:
            at, _, record = heapq.heappop(self.due)
            self.clock.now = max(self.clock.now, at)
            put(self.desk, record)
            self.resume()

    def resume(self) -> None:
        """Decide again who was woken."""
        sent = self.resumes.sent
        for message in sent[self.woken :]:
            resume(self.services, Wakeup.read(message.text).case)
        self.woken = len(sent)

    def watch(self) -> None:
        """The look of each minute."""
        outbox = MemoryOutbox()
        catch_up(self.services, outbox, self.clock.now)
        for sent in outbox.sent:
            self.prompt(Prompt.read(sent.text).record, self.clock.now + timedelta(seconds=sent.delay))


def measure() -> OutageFigures:
    """Live through the hour, and through what it takes afterwards."""
    town = Town()
    minute = timedelta(minutes=1)
    each = OUTAGE / PEOPLE
    filed, moment = 0, town.began
    while moment < town.began + LONGEST:
        while filed < PEOPLE and town.began + filed * each < moment + minute:
            town.work(town.began + filed * each)
            town.clock.now = max(town.clock.now, town.began + filed * each)
            town.file(filed)
            filed += 1
        moment += minute
        town.work(moment)
        town.clock.now = max(town.clock.now, moment)
        if filed == PEOPLE and not town.store.query(Range(Index.QUEUE, queue_of(SOURCE), limit=1)).items:
            break
        town.watch()
    return _figures(town)


def _figures(town: Town) -> OutageFigures:
    found = [load(town.services, case).case for case in town.cases]
    approved = [case for case in found if case.status is Status.APPROVED]
    items = town.store.items
    licences = [key for key in items if key.partition.startswith("LICENCE#") and key.sort.startswith("V#")]
    caught_up = max(case.updated_at for case in found) - (town.began + OUTAGE)
    return OutageFigures(
        people=len(town.cases),
        calls=len(town.source.called),
        over_quota=_over(town.source.called),
        decided=len(approved),
        lost=len(found) - len(approved),
        doubled=len(licences) - len(approved) + len(town.cases) - len(set(town.cases)),
        stale=sum(_stale(town, item) for key, item in items.items() if key.table is Table.RECORDS and key.sort == "RECORD"),
        caught_up=caught_up.total_seconds() / 60,
    )


def _stale(town: Town, item: Item) -> bool:
    """Whether a decision rests on something that was answered while the source was down: then it is none."""
    return Record.read(item.body).received_at < town.began + OUTAGE


def _over(called: list[datetime]) -> int:
    """Calls beyond the quota in the fullest window."""
    asking = kit.sources()[SOURCE].asking
    if asking is None:
        return 0
    window = WINDOWS[asking.quota.per]
    fullest = max((bisect_right(called, at + window) - place for place, at in enumerate(called)), default=0)
    return max(0, fullest - asking.quota.n)


if __name__ == "__main__":
    print(measure())

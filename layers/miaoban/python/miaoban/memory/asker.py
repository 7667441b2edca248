"""A source that is asked, as a dictionary."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from miaoban.canonical import canonical, digest
from miaoban.catalogue.asking import Asking
from miaoban.evidence.inquiry import Answered, Question, read_reply

if TYPE_CHECKING:
    from miaoban.errors import MiaobanError


class MemoryAsker:
    """Answers from what `put` gave it; while `fault` is set, a question raises that. `questions` are those it was asked."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.fault: MiaobanError | None = None
        self.questions: list[Question] = []
        self._now = now
        self._known: dict[tuple[str, str, bytes], tuple[Mapping[str, Any], int, datetime]] = {}

    def put(self, source: str, kind: str, key: tuple[str, ...], values: Mapping[str, Any], sequence: int = 1) -> None:
        """Keep a record, under the fields that make its key."""
        place = canonical({name: values[name] for name in key})
        self._known[source, kind, place] = (values, sequence, self._now())

    def ask(self, question: Question, asking: Asking, seconds: float) -> Answered:
        """Answer from memory, or raise the fault."""
        del asking, seconds
        self.questions.append(question)
        if self.fault is not None:
            raise self.fault
        found = self._known.get((question.source, question.kind, canonical(dict(question.key))))
        values, sequence, issued_at = found or ({}, 1, self._now())
        said = {"found": found is not None, "values": values, "sequence": sequence, "issued_at": issued_at.isoformat()}
        reply = read_reply(question, canonical(said))
        return Answered(**reply.model_dump(), digest=digest(said), fetched_at=self._now())

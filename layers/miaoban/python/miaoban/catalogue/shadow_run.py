"""What a release keeps of a shadow run: how the matter's past decisions would come out under it, counted, and until when."""

from datetime import datetime
from typing import Final, Literal, Self

from miaoban.models import Frozen

NAMED: Final = 200
"""Cases that would come out otherwise, newest first, of which a release keeps the numbers; all of them are counted."""

COUNTED: Final = ("examined", "same", "otherwise", "unknown", "erased")


class Tally(Frozen):
    """Decisions examined under a release, the newest first, and what came of deciding their receipts again.

    `same` came out the same for the same reasons, `otherwise` with another outcome (in `cases`, up to 200), `unknown` cannot be
    told, of the `erased` nothing is left to decide; what remains has the same outcome for other reasons. `until` is when the
    newest was decided, `newest` its case.
    """

    examined: int = 0
    same: int = 0
    otherwise: int = 0
    unknown: int = 0
    erased: int = 0
    cases: tuple[str, ...] = ()
    until: datetime | None = None
    newest: str | None = None

    def plus(self, further: Self) -> Self:
        """These, and the older ones of a further page."""
        first = self if self.examined else further
        return self.model_copy(
            update={
                **{name: getattr(self, name) + getattr(further, name) for name in COUNTED},
                "cases": (*self.cases, *further.cases)[:NAMED],
                "until": first.until,
                "newest": first.newest,
            }
        )


class Shadowed(Frozen):
    """A shadow run went through: under this content, in place of the version then in force (0: none), by whom.

    A run that examined nothing says that nothing has been decided yet.
    """

    kind: Literal["shadowed"] = "shadowed"
    at: datetime
    by: str
    digest: str
    base: int
    tally: Tally

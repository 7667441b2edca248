"""What an operation works with: the ports, the clock and the source of identifiers, handed in where functions are composed."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Final

from miaoban.calendar import CalendarError, Limit, due
from miaoban.catalogue.publication import Published
from miaoban.catalogue.shelf import Held
from miaoban.decision.facts import LAW_TIME
from miaoban.ports import Files, Outbox, Signer, Store, Vault

LOOKS_KEPT: Final = timedelta(days=3 * 366)
"""How long looks at people's data are kept, unless the deployment says otherwise (three years: 个人信息保护法 art. 56)."""

FILES_KEPT: Final = timedelta(days=366)
"""How long uploaded files are kept on which no case rests, unless the deployment says otherwise."""


@dataclass(frozen=True)
class Services:
    """The ports of one process. `new_id` gives random upper-case letters and digits; `editions` and `shelves` remember.

    `looks_kept` is how long looks at people's data are kept, `files_kept` how long files are on which no case rests.
    """

    store: Store
    vault: Vault
    signer: Signer
    resumes: Outbox
    prompts: Outbox
    files: Files
    now: Callable[[], datetime]
    new_id: Callable[[int], str]
    editions: dict[str, Published] = field(default_factory=dict)
    shelves: dict[str, Held] = field(default_factory=dict)
    correlation: str | None = None
    looks_kept: timedelta = LOOKS_KEPT
    files_kept: timedelta = FILES_KEPT

    def caused_by(self, correlation: str) -> "Services":
        """The same services, working for one request or message."""
        return replace(self, correlation=correlation)


def law_date(moment: datetime) -> date:
    """The date of a moment by the law's clock (Asia/Shanghai)."""
    return moment.astimezone(LAW_TIME).date()


def deadline(moment: datetime, limit: Limit) -> date | None:
    """The last day of a limit, or None beyond the published calendar: nothing is guessed, and nothing lapses by itself."""
    try:
        return due(law_date(moment), limit)
    except CalendarError:
        return None

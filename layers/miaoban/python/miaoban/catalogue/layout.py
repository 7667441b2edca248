"""What an approved case leaves: the licence with its lines, and for how long both are kept."""

from datetime import date

from pydantic import Field as Declared

from miaoban.catalogue.condition import Basis
from miaoban.models import Frozen


class Content(Frozen):
    """One labelled line of the licence and the path of its value."""

    label: str
    value: str


class Retention(Frozen):
    """For how many days a case and its licence are kept, by which article they are erased then, and what the number rests on.

    Days are natural days, not moved to a working day: no rest day keeps data longer (个人信息保护法 art. 19, 47).
    """

    days: int = Declared(ge=0, le=3650)
    basis: Basis
    source: str = Declared(min_length=2)

    def last_day(self, ended: date) -> date:
        """The last day on which what ended on a day is kept."""
        return date.fromordinal(min(ended.toordinal() + self.days, date.max.toordinal()))


class LicenceLayout(Frozen):
    """What the licence is called, its type code (GB/T 36904), what stands on it, and the path of its last day, if it ends.

    Without `erase_after`, cases and licences are kept as archives.
    """

    name: str
    type_code: str
    statement: str | None = None
    valid_until: str | None = None
    erase_after: Retention | None = None
    contents: tuple[Content, ...]

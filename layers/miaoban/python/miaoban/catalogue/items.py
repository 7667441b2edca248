"""Items (事项) of a matter that several departments decide side by side (并联审批): what each is, and how long all take.

Side by side, the whole takes as long as its longest path of items that wait for each other, and not as long as their sum.
"""

from collections.abc import Mapping
from typing import Any, Final

from miaoban.catalogue.condition import Basis
from miaoban.catalogue.regions import Varying
from miaoban.models import Frozen

CHOSEN: Final = "items"
"""The field of the form in which the applicant chooses among the items; without it, all of a situation are asked for."""


class Item(Frozen):
    """An item: the department that decides it, by code and in words, on which article, and within what time of its own.

    It begins when those in `after` are done, and is asked for only in situations in which `when` holds.
    """

    name: str
    department: str
    by: str
    basis: Basis
    limit: Varying
    after: tuple[str, ...] = ()
    when: str | None = None


Items = Mapping[str, Item]


def chosen(items: Items, form: Mapping[str, Any]) -> dict[str, Item]:
    """The items that a form asks for, by code."""
    named = form.get(CHOSEN)
    return {code: item for code, item in items.items() if named is None or code in named}


def ends(items: Items, answers: Mapping[str, str]) -> dict[str, int]:
    """When each item must be done on some answers, in its unit, counted from the beginning of all."""
    found: dict[str, int] = {}

    def end(code: str) -> int:
        if code not in found:
            before = max((end(other) for other in items[code].after if other in items), default=0)
            found[code] = before + items[code].limit.on(answers).n
        return found[code]

    return {code: end(code) for code in items}

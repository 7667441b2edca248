"""A quota (数量限制): how much a matter grants in all, in the order of acceptance (行政许可法 art. 57)."""

from typing import Literal

from miaoban.models import Frozen


class Quota(Frozen):
    """What is granted in all, and what one grant takes of it.

    `total` is the path of the whole as published or budgeted: an integer parameter, or a field of a record, in integers or fen;
    what was granted is not taken off it. A grant takes the sum of the values at `takes`, or else one. There is a quota for each
    combination of the values at `per`, and a new one every `period` by the law's date. `label` is what people call it.
    """

    label: str
    total: str
    takes: tuple[str, ...] = ()
    per: tuple[str, ...] = ()
    period: Literal["day", "month", "year"] | None = None

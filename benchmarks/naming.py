"""Material names: how often the standard is right, how much is found, what was merged that must not be, and how fast."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.clocks import Cost, in_turns
from miaoban.catalogue.documents import document_of, model_of
from miaoban.catalogue.naming import Standards
from miaoban.catalogue.standards import read_standards
from miaoban.models import Frozen

PRECISION: Final = 0.99
"""The least share of merges that must be right."""
NONE: Final = "none"
OFFERED: Final = 5
ROUNDS: Final = 40

_FOLDER: Final = Path(__file__).parents[1] / "standards"


class Row(Frozen):
    """A name as somebody wrote it: its standard or `none`, those it must never be, and why it is here.

    The standards were not changed for what is held out; `guide` marks names of public guides, the rest we made up.
    """

    name: str
    standard: str
    never: tuple[str, ...] = ()
    reason: str
    held_out: bool = False
    guide: bool = False


class Evaluation(Frozen):
    """The labelled rows."""

    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Quality:
    """The share of the answers that are right, and the share of the names with a standard that got it."""

    precision: float
    recall: float

    def __str__(self) -> str:
        """Both, for the report."""
        return f"precision {self.precision:.3f}, recall {self.recall:.3f}"


@dataclass(frozen=True, slots=True)
class Scores:
    """What some rows got: from `match`, from the first suggestion and the first three, and the first three where match is mute.

    `merged` and `offered` count the rows that got what they must never get, by `match` and by suggestion.
    """

    rows: int
    match: Quality
    first: Quality
    three: Quality
    left: Quality
    merged: int
    offered: int


@dataclass(frozen=True, slots=True)
class NamingFigures:
    """The scores of the rows that the standards were written with, and of those held out, and what a call costs.

    What is held out is scored twice: names that we made up (`held_out`), and names of guides that nobody had read (`guides`).

    `match` is the cost of a name, whatever comes of it; `suggest` that of a name that does not match.
    """

    seen: Scores
    held_out: Scores
    guides: Scores
    match: Cost
    suggest: Cost


def standards() -> Standards:
    """The standards of the repository."""
    return read_standards("materials.yaml", (_FOLDER / "materials.yaml").read_text(encoding="utf-8"))


def evaluation() -> tuple[Row, ...]:
    """The labelled rows of the repository."""
    text = (_FOLDER / "evaluation.yaml").read_text(encoding="utf-8")
    return model_of(Evaluation, document_of("evaluation.yaml", text), "evaluation.yaml").rows


def measure() -> NamingFigures:
    """Score every row, then let match and suggest take turns over their names."""
    found, rows = standards(), evaluation()
    names = [row.name for row in rows]
    left = [name for name in names if not found.match(name)]
    seen, ours, guides = (score(found, part) for part in divided(rows))
    acts = (lambda _: [*map(found.match, names)], lambda _: [*map(found.suggest, left)])
    match, suggest = in_turns(ROUNDS, acts)
    return NamingFigures(seen, ours, guides, _each(match, len(names)), _each(suggest, len(left)))


def divided(rows: Sequence[Row]) -> tuple[list[Row], list[Row], list[Row]]:
    """The rows that were seen, those held out that we made up, and those held out of guides."""
    seen = [row for row in rows if not row.held_out]
    ours, guides = ([row for row in rows if row.held_out and row.guide is guide] for guide in (False, True))
    return seen, ours, guides


def _each(cost: Cost, names: int) -> Cost:
    return Cost(cost.median_ms / names, cost.least_ms / names)


def score(found: Standards, rows: Sequence[Row]) -> Scores:
    """Score some rows."""
    merged = {row: [named.code] if (named := found.match(row.name)) else [] for row in rows}
    offered = {row: [one.code for one in found.suggest(row.name, OFFERED)] for row in rows}
    return Scores(
        rows=len(rows),
        match=_quality(rows, lambda row: merged[row]),
        first=_quality(rows, lambda row: offered[row][:1]),
        three=_quality(rows, lambda row: offered[row][:3]),
        left=_quality([row for row in rows if not merged[row]], lambda row: offered[row][:3]),
        merged=_never(rows, merged),
        offered=_never(rows, offered),
    )


def _never(rows: Iterable[Row], given: Mapping[Row, Sequence[str]]) -> int:
    return sum(not {*row.never}.isdisjoint(given[row]) for row in rows)


def _quality(rows: Iterable[Row], given: Callable[[Row], Sequence[str]]) -> Quality:
    answers = [(row.standard, given(row)) for row in rows]
    right = sum(standard in codes for standard, codes in answers)
    return Quality(
        precision=_share(right, sum(bool(codes) for _, codes in answers)),
        recall=_share(right, sum(standard != NONE for standard, _ in answers)),
    )


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 1.0

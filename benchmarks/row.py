"""One line of the report."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the report."""

    figure: str
    measured: str
    baseline: str
    result: str
    budget: str
    met: bool | None

    @property
    def verdict(self) -> str:
        """Whether the budget holds; nothing where there is none."""
        return {True: "pass", False: "OVER", None: ""}[self.met]

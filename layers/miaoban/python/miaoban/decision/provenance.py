"""Provenance: where each value of a form comes from, and how sure it is.

Grades are those of 国办函〔2016〕108号: A issued by the source, B checked at a window, C uploaded, D declared. A value equal
to what its source holds keeps A; an edited one drops to D.
"""

from collections.abc import Mapping
from typing import Any

from miaoban.catalogue.expressions import value_at
from miaoban.catalogue.fields import Fields
from miaoban.decision.facts import Facts
from miaoban.evidence.comparison import agrees

IDENTITY = "identity"
ISSUED, DECLARED = "A", "D"


def grades(fields: Fields, facts: Facts) -> dict[str, str]:
    """The grade of every value in the form."""
    roots = facts.roots
    return {
        code: _grade(path, value, roots) if (path := fields[code].prefill) else DECLARED
        for code, value in facts.form.items()
        if code in fields
    }


def _grade(path: str, value: Any, roots: Mapping[str, Any]) -> str:
    held = value_at(roots, path)
    return ISSUED if held is not None and agrees(value, held, "name") else DECLARED


def source_of(path: str, facts: Facts) -> str:
    """The source behind a prefill path; the applicant's own name and number come from real-name identity."""
    root = path.partition(".")[0]
    return facts.evidence[root].source if root in facts.evidence else IDENTITY

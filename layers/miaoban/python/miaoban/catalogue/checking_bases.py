"""Checking bases: a condition rests on an article in every situation, and every basis is one article of one law."""

import re
from collections.abc import Iterator
from typing import Final

from miaoban.catalogue.answering import situations
from miaoban.catalogue.answers import named
from miaoban.catalogue.condition import Basis
from miaoban.catalogue.demands import require
from miaoban.catalogue.errors import CatalogueError, ExpressionError
from miaoban.catalogue.matter import Matter
from miaoban.catalogue.places import CONDITIONS, MATTER

_JOINTS: Final = re.compile(r"[、，,；;和与及]")
_LAW: Final = re.compile(r".+(?:(?<![执司立])法|法典|条例|办法|规定|细则)")
"""A whole name of a law; 执法, 司法 and 立法 are what laws are about."""


def check_bases(matter: Matter) -> None:
    """Raise CatalogueError for a condition that rests on nothing in some situation, or a matter's own basis with a `when`."""
    everywhere = all(basis.when is None for basis in matter.basis)
    require(everywhere, MATTER, "事项的 basis 对所有情形都适用，不写 when，请删除", "basis", "when")
    partly = {condition.id for condition in matter.conditions if all(basis.when is not None for basis in condition.basis)}
    for code, situation in _baseless(matter) if partly else ():
        sentence = f"{code} 在情形“{situation}”没有依据（basis 的 when 都不成立），请补上依据，或者用 when 排除这一情形"
        raise CatalogueError(sentence, CONDITIONS, ("conditions", code, "basis"))


def _baseless(matter: Matter) -> Iterator[tuple[str, str]]:
    """Each condition without a basis, and the situation; nothing where a `when` cannot be asked, which is told elsewhere."""
    try:
        for situation in situations(matter):
            for condition in situation.conditions:
                if not condition.basis:
                    yield condition.id, named(matter, situation.answers)
    except ExpressionError:
        return


def joined(basis: Basis) -> bool:
    """Whether the name is of several laws in one text: each part between joining characters is a whole name."""
    parts = _JOINTS.split(basis.law)
    return len(parts) > 1 and all(_LAW.fullmatch(part.strip("《》 ")) for part in parts)

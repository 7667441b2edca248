"""A filing as a ruling takes it, with the unique key that it wants and the quota that it draws on."""

from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from miaoban.case.case import Case
from miaoban.case.events import Party
from miaoban.catalogue.expressions import value_at
from miaoban.catalogue.publication import Published
from miaoban.catalogue.regions import Organ
from miaoban.catalogue.situations import Situation
from miaoban.evidence.proof import Vouched
from miaoban.operations import keys
from miaoban.operations.services import Services, law_date
from miaoban.storage import Key

NOTHING: Final[Mapping[str, Vouched]] = {}
DRAFT: Final = "draft"
"""What stands for the case of a form that is being filled in."""
_PERIODS: Final = {None: "", "day": "%Y-%m-%d", "month": "%Y-%m", "year": "%Y"}


class Filing(NamedTuple):
    """One filing as the machine takes it: numbers private, values in normal form."""

    case: str
    published: Published
    situation: Situation
    organ: Organ
    party: Party
    form: Mapping[str, Any]
    corrected: bool = False
    vouched: Mapping[str, Vouched] = NOTHING


def filing_of(case: Case, published: Published, form: Mapping[str, Any] | None = None) -> Filing:
    """The filing of a case, with another form if one is given."""
    situation, _ = published.situation(case.situation)
    return Filing(
        case=case.id,
        published=published,
        situation=situation,
        organ=case.organ,
        party=case.party,
        form=case.form if form is None else form,
        corrected=case.corrected or form is not None,
        vouched=case.vouched,
    )


def unique_key(services: Services, filing: Filing, form: Mapping[str, Any]) -> Key:
    """The guard's key for a filing with its form in comparable form: the matter and its unique values, hashed."""
    matter = filing.published.matter
    values = _values(_own_roots(filing, form), matter.unique)
    return keys.unique(matter.code, services.vault.pseudonym(f"unique/{matter.code}", values))


def quota_key(services: Services, filing: Filing, form: Mapping[str, Any]) -> Key | None:
    """The key of the quota that a filing draws on: the matter, what the quota is per, hashed with its period."""
    matter = filing.published.matter
    if matter.quota is None:
        return None
    values = _values({**_own_roots(filing, form), "organ": filing.organ.model_dump()}, matter.quota.per)
    period = law_date(services.now()).strftime(_PERIODS[matter.quota.period])
    return keys.quota(matter.code, services.vault.pseudonym(f"quota/{matter.code}", f"{values}|{period}"))


def _own_roots(filing: Filing, form: Mapping[str, Any]) -> dict[str, Any]:
    applicant = {"number": filing.party.number.pseudonym}
    return {"form": form, "applicant": applicant, "situation": filing.situation.answers}


def _values(roots: Mapping[str, Any], paths: Iterable[str]) -> str:
    return "|".join(str(value_at(roots, path)) for path in paths)

"""Made-up people and firms: new ones for each run, their records as departments send them, their applications.

Nobody here exists: organisation codes begin with MAXX, citizens' sequence numbers with 9, and every name says 示例. Their
check characters are right, so that everything else that could be wrong with them is tried.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from miaoban.decision.examples import merged
from miaoban.identifiers.checks import CREDIT_ALPHABET, credit_check, organisation_check
from tools.client import Client
from tools.issuer import LEGAL_REPRESENTATIVE, PERSONAS, real_name, resident
from tools.uploads import digest_of

MATTER: Final = "grain-purchase-filing"
COUNTY: Final = "211281"
PLACES: Final = {"211281": "调兵山市", "211221": "铁岭县", "211224": "昌图县", "211282": "开原市"}
LEASE_FILE: Final = b"%PDF-1.7\n% a lease contract, made up\n"
LEASE: Final = digest_of(LEASE_FILE)
"""A contract that nobody reads, and its digest."""

_random = random.SystemRandom()


@dataclass(frozen=True)
class Citizen:
    """A made-up person."""

    name: str
    number: str

    def client(self, outputs: Mapping[str, str], **claims: Any) -> Client:
        """The person as a caller of the API."""
        own: dict[str, Any] = {"sub": f"citizen-{self.number}", "name": self.name, "real_name": real_name(self.number)}
        return Client(outputs, "applicant", **own, **claims)


REPRESENTATIVE: Final = Citizen(PERSONAS["applicant"].claims["name"], LEGAL_REPRESENTATIVE)


def citizen(name: str = "甄示例") -> Citizen:
    """A new person."""
    birthday = f"{_random.randint(1950, 2000)}{_random.randint(1, 12):02}{_random.randint(1, 28):02}"
    return Citizen(name, resident(birthday, f"9{_random.randint(0, 99):02}", f"2112{_random.randint(10, 99)}"))


@dataclass(frozen=True)
class Firm:
    """A made-up firm and its legal representative; `county` is where it buys grain."""

    uscc: str
    representative: Citizen
    county: str = COUNTY

    @property
    def name(self) -> str:
        """The firm's name, which ends differently for each."""
        return f"示例（{PLACES[self.county]}）粮食收购有限公司{self.uscc[12:16]}"

    def record(self, **changes: Any) -> dict[str, Any]:
        """What the legal-person base says of it; `changes` are a merge patch of the values."""
        values = {
            "uscc": self.uscc,
            "name": self.name,
            "type": "有限责任公司",
            "status": "存续",
            "established": "2020-05-06",
            "scope": "粮食收购；粮食销售；货物运输",
            "address": f"{PLACES[self.county]}示例路 1 号",
            "legal_representative": self.representative.name,
            "legal_representative_number": self.representative.number,
        }
        return _message("market-regulation", "legal-person-base", "enterprise", merged(values, changes))

    def listing(self) -> dict[str, Any]:
        """Its entry in the list of abnormal operations."""
        values = {"uscc": self.uscc, "list": "经营异常名录", "reason": "未公示年度报告（示例）", "listed_on": "2025-07-01"}
        return _message("market-regulation", "abnormal-operations", "listing", values)

    def authorisation(self, agent: Citizen, until: str = "2099-12-31") -> dict[str, Any]:
        """Its word that somebody may file for it."""
        values = {"uscc": self.uscc, "agent_number": agent.number, "agent_name": agent.name, "valid_until": until}
        return _message("digital-government", "enterprise-authorisations", "authorisation", values)

    def application(self, situation: Mapping[str, Any] | None = None, **form: Any) -> dict[str, Any]:
        """Its first filing with its own warehouse; `situation` and `form` are merge patches, None removes."""
        answers = merged({"kind": "first", "subject": "enterprise", "storage": "own"}, situation or {})
        return {"matter": MATTER, "region": self.county, "situation": answers, "form": merged(self._form(), form)}

    def change(self, **form: Any) -> dict[str, Any]:
        """Its application to change the filing."""
        return self.application({"kind": "change"}, cross_province=None, **form)

    def cancellation(self) -> dict[str, Any]:
        """Its application to end the filing."""
        gone = ("contact_address", "grains", "sites", "warehouses", "planned_tonnes", "cross_province")
        return self.application({"kind": "cancel", "storage": None}, **dict.fromkeys(gone))

    def warehouse(self, **changes: Any) -> dict[str, Any]:
        """A warehouse whose capacity fits its measures: 2000 × 6 × 0.75 × 0.93 = 8370."""
        place = {"county": self.county, "address": f"{PLACES[self.county]}示例路 1 号院内"}
        return {"code": "1", "kind": "flat-bulk", **place, "floor_area": 2000, "height": 6, "capacity": 8300, **changes}

    def _form(self) -> dict[str, Any]:
        place = PLACES[self.county]
        site = {"name": "示例收购点", "address": f"{place}示例村 1 组", "manager": "甄示例", "phone": "13900000001"}
        return {
            "uscc": self.uscc,
            "county": self.county,
            "contact_phone": "13900000000",
            "contact_address": f"{place}示例路 1 号",
            "grains": ["corn", "rice"],
            "sites": [site],
            "warehouses": [self.warehouse()],
            "planned_tonnes": 5000,
            "cross_province": False,
            "promise": True,
        }


def firm(representative: Citizen | None = None, county: str = COUNTY) -> Firm:
    """A new firm, by default of the persona that `make token ROLE=applicant` is."""
    return Firm(uscc(), representative or REPRESENTATIVE, county)


def broker_application(county: str = COUNTY) -> dict[str, Any]:
    """The application of a natural person, who is asked nothing about a firm."""
    form = {"county": county, "contact_phone": "13900000000", "promise": True}
    return {"matter": MATTER, "region": county, "situation": {"kind": "first", "subject": "person"}, "form": form}


def uscc(kind: str = "91") -> str:
    """A new unified social credit code (GB 32100) around a new organisation code (GB 11714), both check characters right."""
    organisation = "MAXX" + "".join(_random.choices(CREDIT_ALPHABET, k=4))
    body = f"{kind}21{_random.randint(0, 9999):04}{organisation}{organisation_check(organisation)}"
    return body + credit_check(body)


def _message(department: str, source: str, kind: str, values: Mapping[str, Any]) -> dict[str, Any]:
    return {"department": department, "source": source, "kind": kind, "values": dict(values)}

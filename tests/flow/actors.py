"""People of the flow tests: an applicant with firms of his own, whom no other test knows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from tools import cast
from tools.arrivals import arrive
from tools.cast import COUNTY, LEASE_FILE, MATTER, Citizen, Firm
from tools.client import Answer, Client, until
from tools.uploads import upload


@dataclass
class Applicant:
    """Somebody who files for his own firms."""

    outputs: Mapping[str, str]
    citizen: Citizen
    client: Client = field(init=False)

    def __post_init__(self) -> None:
        self.client = self.citizen.client(self.outputs)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.client.close()

    def firm(self, county: str = COUNTY, **record: Any) -> Firm:
        """A new firm that the legal-person base knows; `record` changes what it says."""
        made = cast.firm(self.citizen, county)
        self.arrive(made.record(**record))
        return made

    def unknown(self, county: str = COUNTY) -> Firm:
        """A new firm of which no record has come."""
        return cast.firm(self.citizen, county)

    def arrive(self, *messages: Mapping[str, Any]) -> None:
        """Let departments send, and wait until it is taken."""
        arrive(self.outputs, messages)

    def file(self, application: Mapping[str, Any], key: str | None = None) -> Answer:
        """File."""
        return self.client.post("/v1/applications", application, key)

    def approved(self, county: str = COUNTY) -> Answer:
        """The answer to a filing that was approved at once."""
        answer = self.file(self.firm(county).application())
        assert answer.status == 201, answer
        assert answer["status"] == "approved", answer
        return answer

    def waiting(self) -> Answer:
        """The answer to a filing that waits for a record."""
        answer = self.file(self.unknown().application())
        assert answer["status"] == "waiting", answer
        return answer

    def correcting(self) -> Answer:
        """The answer to a filing of which a lease contract is missing."""
        firm = self.firm()
        leased = firm.application({"storage": "lease"}, warehouses=[firm.warehouse(lease_until="2099-12-31")])
        answer = self.file(leased)
        assert answer["status"] == "correcting", answer
        self.hand_in(firm.uscc)
        return answer

    def hand_in(self, uscc: str) -> None:
        """Upload the lease contract of a firm."""
        assert upload(self.client, LEASE_FILE, matter=MATTER, material="lease-contract", holder=uscc) == "held"

    def reviewing(self) -> Answer:
        """The answer to a filing that a person must look at."""
        answer = self.file(self.firm().application(enterprise_name="示例（铁岭）粮食贸易有限公司"))
        assert answer["status"] == "reviewing", answer
        return answer

    def case(self, case: str) -> Answer:
        """A case as it stands."""
        return self.client.get(f"/v1/cases/{case}")

    def cases(self) -> list[Any]:
        """The own cases."""
        return self.client.pages("/v1/cases")

    def becomes(self, case: str, status: str) -> Answer:
        """Wait until a case has this status."""
        return until(lambda: self.case(case), lambda answer: answer["status"] == status)


def conditions(answer: Answer) -> list[str]:
    """The conditions that stand against a case, in the matter's order."""
    return [reason["condition"] for reason in answer["reasons"]]

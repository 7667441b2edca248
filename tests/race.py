"""A race for a budget: many firms file for the same policy at once, on any store."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from miaoban.decision.example import Given
from miaoban.decision.examples import merged
from miaoban.memory import MemoryStore
from miaoban.operations.holds import Taken
from miaoban.operations.submit import Application, submit
from miaoban.ports import Store
from miaoban.storage import Table
from tests import kit, watched
from tools.cast import uscc

SUBSIDY = "enterprise-subsidy"
EACH = 10_000_000
"""What each firm is entitled to, in fen."""


class Race:
    """Firms entitled to the same amount of a policy whose whole budget is told."""

    def __init__(self, store: Store, firms: int, budget: int, policy: str = "ZC-RACE", claimed: int | None = None) -> None:
        self.policy = policy
        base = kit.examples(SUBSIDY)["02-quick.yaml" if claimed else "01-instant.yaml"].given
        changes = {"form": {"policy": policy, **({"claimed": claimed} if claimed else {})}}
        self.given = Given.model_validate(merged(base.model_dump(mode="json"), changes))
        self.services = kit.populate(kit.services(store), self.given, SUBSIDY)
        self.budget(budget)
        self.firms = [self._firm() for _ in range(firms)]

    def budget(self, fen: int) -> None:
        """Let the department publish a budget."""
        values = self.given.records["policy-register/policy"]["award"].values
        kit.put_record(self.services, "policy-register", "policy", {**values, "code": self.policy, "budget": fen})

    def _firm(self) -> str:
        code = uscc()
        firm = {**self.given.records["legal-person-base/enterprise"]["own"].values, "uscc": code}
        kit.put_record(self.services, "legal-person-base", "enterprise", firm)
        kit.put_record(self.services, "policy-register", "entitlement", {"policy": self.policy, "uscc": code, "amount": EACH})
        kit.put_record(self.services, "tax-payments", "year", {"uscc": code, "year": 2025, "paid": 35_000_000})
        return code

    def file(self, number: int) -> Mapping[str, Any]:
        """One firm's filing."""
        form = {**self.given.form, "uscc": self.firms[number]}
        application = Application(matter=SUBSIDY, region=self.given.region, situation=self.given.situation, form=form)
        return submit(self.services, application, kit.party(self.services), f"{self.policy}-{number}")

    def run(self) -> list[Any]:
        """All file at once; what each is answered, or hears raised."""
        models_built()
        return watched.at_once(len(self.firms), self.file)


@cache
def models_built() -> None:
    """One filing before the race: models build their validators when first used, which threads must not do side by side."""
    Race(MemoryStore(), 1, EACH).file(0)


def taken(found: Mapping[Any, Any]) -> int:
    """What was taken of the one quota among stored items."""
    (item,) = (item for key, item in found.items() if key.table is Table.CASES and key.sort == "QUOTA")
    return Taken.read(item.body).taken

"""The department's register: its records by kind and key, each with a sequence that grows as it changes."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from tools.department import Message, stamped

Values = Mapping[str, Any]


class Register:
    """Records of one source of one department; `keys` names the fields that make the key of each kind."""

    def __init__(self, department: str, source: str, keys: Mapping[str, tuple[str, ...]]) -> None:
        self.department, self.source, self.keys = department, source, keys
        self._records: dict[tuple[str, ...], dict[str, Any]] = {}

    def put(self, kind: str, values: Values) -> None:
        """Keep a record, or its change."""
        self._keep(kind, values, values)

    def withdraw(self, kind: str, key: Values) -> None:
        """Keep that there is no such record any more."""
        self._keep(kind, key, {})

    def find(self, kind: str, key: Values) -> Mapping[str, Any]:
        """The answer to a question by its key: `found`, `values`, `sequence`, `issued_at`."""
        return self._records.get(self._place(kind, key)) or _state({}, 0)

    def message(self, kind: str, key: Values) -> Message:
        """The record message (CloudEvent) that says the same."""
        told = self.find(kind, key)
        short = {"department": self.department, "source": self.source, "kind": kind, "withdrawn": not told["found"]}
        event = stamped({**short, "values": told["values"] or key}, datetime.now(UTC))
        return {**event, "data": {**event["data"], "sequence": told["sequence"], "issued_at": told["issued_at"]}}

    def heartbeat(self) -> Message:
        """The message that nothing is new."""
        return stamped({"department": self.department, "source": self.source}, datetime.now(UTC))

    def _keep(self, kind: str, key: Values, values: Values) -> None:
        place = self._place(kind, key)
        self._records[place] = _state(values, self._records.get(place, {"sequence": 0})["sequence"])

    def _place(self, kind: str, values: Values) -> tuple[str, ...]:
        return (kind, *(str(values[name]) for name in self.keys[kind]))


def _state(values: Values, before: int) -> dict[str, Any]:
    """A record as it is from now on: its sequence is the milliseconds since 1970, and greater than before."""
    now = datetime.now(UTC)
    sequence = max(int(now.timestamp() * 1000), before + 1)
    return {"found": bool(values), "values": values, "sequence": sequence, "issued_at": now.isoformat()}

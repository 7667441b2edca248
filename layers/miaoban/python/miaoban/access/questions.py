"""Questions to the policy: who and what, with every value under a made-up name.

Rules compare a value with another value and with nothing else (`check_rules`), so what they answer depends only on which values
are equal: each pattern of equal values is one question, asked once, whoever asks it.
"""

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

import cedarpy
from pydantic_core import to_json

from miaoban.access.principal import Principal
from miaoban.access.resources import Resource

Attributes = tuple[tuple[str, str | tuple[str, ...]], ...]

_COMPARING = frozenset(
    {"Var", "attr", "entity_type", "left", "right", "arg", "has", ".", "is", "==", "!=", "contains", "&&", "||", "!"}
)
"""What a rule may be made of: no text of its own, no pattern, no order, no function."""


class Question(NamedTuple):
    """One principal and one resource, as far as rules can tell them from others."""

    subject: str
    roles: tuple[str, ...]
    user: Attributes
    kind: str
    thing: Attributes

    def request(self, action: str) -> dict[str, Any]:
        """The question to Cedar, for one action."""
        return {
            "principal": {"type": "User", "id": self.subject},
            "action": {"type": "Action", "id": action},
            "resource": {"type": self.kind, "id": "this"},
        }

    def entities(self) -> str:
        """The two entities that it is about, as Cedar JSON."""
        parents = [{"type": "Role", "id": role} for role in self.roles]
        user = {"uid": {"type": "User", "id": self.subject}, "attrs": dict(self.user), "parents": parents}
        thing = {"uid": {"type": self.kind, "id": "this"}, "attrs": dict(self.thing), "parents": []}
        return to_json([user, thing]).decode()


def question(principal: Principal, resource: Resource) -> Question:
    """The question about a principal and a resource: equal values have equal names, and no name tells its value."""
    names: dict[str, str] = {}

    def named(value: str) -> str:
        return names.setdefault(value, f"v{len(names)}")

    subject = named(principal.subject)
    told = (("owner_key", principal.owner_key), ("department", principal.department), ("region", principal.region))
    user = (("subject", subject), *((name, named(str(value))) for name, value in told if value is not None))
    thing = (
        (name, named(value) if isinstance(value, str) else tuple([named(one) for one in value]))
        for name, value in resource.attributes.items()
    )
    return Question(subject, tuple(principal.roles), user, resource.kind, tuple(thing))


def check_rules(policies: str) -> None:
    """Raise ValueError for a rule that does more than compare values with each other."""
    document = json.loads(cedarpy.policies_to_json_str(policies))
    rules = [*document["staticPolicies"].values(), *document["templates"].values()]
    conditions = [condition["body"] for rule in rules for condition in rule["conditions"]]
    named = {rule[part]["entity"]["type"] for rule in rules for part in ("principal", "resource") if "entity" in rule[part]}
    foreign = sorted({*(named - {"Role"}), *(set(_words(conditions)) - _COMPARING), *document["templates"]})
    if foreign:
        raise ValueError(f"rules may only compare values with each other; these do more: {', '.join(foreign)}")


def _words(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        yield from part
    for inner in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        yield from _words(inner)

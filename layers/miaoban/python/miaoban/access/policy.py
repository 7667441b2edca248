"""The policy engine: Cedar, with policies and schema parsed once. Nothing is permitted by default."""

from collections.abc import Iterable
from functools import cache, lru_cache
from importlib.resources import files

import cedarpy

from miaoban.access.errors import ForbiddenError
from miaoban.access.principal import Principal
from miaoban.access.questions import Question, check_rules, question
from miaoban.access.resources import Resource
from miaoban.access.routes import Action

REMEMBERED = 4096


class Policy:
    """A parsed set of Cedar policies and the schema that requests must keep to. Cedar is asked each question once.

    Checking by the schema costs a quarter of a call, and what it can say of a request depends on nothing but its action and
    the kind of its resource: so that is asked once. What an entity holds, `Principal` and `Resource` see to.
    """

    def __init__(self, policies: str, schema: str) -> None:
        """Parse both; raises `ValueError` when they are not Cedar, or a rule does more than compare values with each other."""
        check_rules(policies)
        self._policies = cedarpy.PolicySet.from_str(policies)
        self._schema = cedarpy.Schema.from_str(schema)
        self._fitting: dict[tuple[Action, str], bool] = {}
        self._permitted = lru_cache(maxsize=REMEMBERED)(self._asked)

    def permits(self, principal: Principal, action: Action, resource: Resource) -> bool:
        """Whether the principal may do this; not if the action is about another kind, or a rule cannot be evaluated."""
        return action in self.permitted(principal, (action,), resource)

    def permitted(self, principal: Principal, actions: Iterable[Action], resource: Resource) -> frozenset[Action]:
        """Return those of the actions that the principal may do on one resource, asked in one batch."""
        return self._permitted(question(principal, resource), tuple(actions))

    def _asked(self, about: Question, actions: tuple[Action, ...]) -> frozenset[Action]:
        asked = [action for action in actions if self._fits(action, about.kind)]
        requests = [about.request(action) for action in asked]
        results = cedarpy.is_authorized_batch(requests, self._policies, about.entities())
        # A forbid rule that fails to evaluate is skipped by Cedar, so an error counts as a refusal.
        return frozenset(
            action for action, result in zip(asked, results, strict=True) if result.allowed and not result.diagnostics.errors
        )

    def _fits(self, action: Action, kind: str) -> bool:
        """Whether the schema lets anybody ask for this action on this kind of resource."""
        pair = (action, kind)
        if pair not in self._fitting:
            anybody = Question("", (), (), kind, ()).request(action)
            answer = cedarpy.is_authorized(anybody, "", [], self._schema)
            self._fitting[pair] = answer.decision is not cedarpy.Decision.NoDecision
        return self._fitting[pair]

    def require(self, principal: Principal, action: Action, resource: Resource) -> None:
        """Raise `ForbiddenError` unless the principal may do this."""
        if not self.permits(principal, action, resource):
            raise ForbiddenError("您没有办理此操作的权限，如需办理请联系有权限的单位或人员。")


@cache
def policy() -> Policy:
    """Return the policy of this package, `policy.cedar`, read and parsed on first use."""
    folder = files("miaoban.access")
    names = ("policy.cedar", "schema.cedarschema")
    return Policy(*(folder.joinpath(name).read_text(encoding="utf-8") for name in names))

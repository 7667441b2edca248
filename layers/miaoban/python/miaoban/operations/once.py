"""Once only: an Idempotency-Key answers again what it answered, and refuses another body."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from miaoban.canonical import digest
from miaoban.models import Frozen
from miaoban.operations import keys
from miaoban.operations.errors import KeyReusedError
from miaoban.operations.services import Services
from miaoban.storage import Item, Items, Key, Put

REMEMBERED = timedelta(days=7)


class Answered(Frozen):
    """What was answered to a request, and the digest of its body."""

    request: str
    answer: Mapping[str, Any]


class Once:
    """One request under its sender's Idempotency-Key."""

    def __init__(self, services: Services, owner: str, key: str, request: Any) -> None:
        self._services = services
        self.request = digest(request)
        self.key: Key = keys.idempotency(owner, services.vault.pseudonym("idempotency", key))

    def answered(self, items: Items) -> Mapping[str, Any] | None:
        """The earlier answer, if there is one; raises KeyReusedError when the body was another."""
        item = items.get(self.key)
        if item is None:
            return None
        earlier = Answered.read(item.body)
        if earlier.request != self.request:
            raise KeyReusedError("这个 Idempotency-Key 已用于另一份内容，请为新内容换一个新的键")
        return earlier.answer

    def remember(self, answer: Mapping[str, Any]) -> Put:
        """The write that makes this answer the only one."""
        expires = int((self._services.now() + REMEMBERED).timestamp())
        return Put(Item(self.key, Answered(request=self.request, answer=answer).text(), expires=expires))

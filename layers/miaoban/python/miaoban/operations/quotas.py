"""Taking from a quota: in the transaction of the approval, on the condition that nobody took from it since it was read."""

from collections.abc import Iterator

from miaoban.catalogue.expressions import value_at
from miaoban.catalogue.quota import Quota
from miaoban.operations.errors import QuotaError
from miaoban.operations.holds import Taken
from miaoban.operations.licensing import issues
from miaoban.operations.ruling import Read, Ruling
from miaoban.storage import Item, Put


def take(read: Read, ruling: Ruling) -> Iterator[Put]:
    """What an approval takes of the matter's quota, if it has one and something new is granted.

    Raises QuotaError, whoever approves, when that is more than is left or cannot be told: so a quota is never overspent.
    """
    quota, remaining = ruling.filing.published.matter.quota, ruling.facts.quota
    if quota is None or read.quota is None or remaining is None or not issues(ruling):
        return
    amount = _amount(quota, ruling)
    if remaining.left is None or amount is None:
        raise QuotaError(f"“{quota.label}”的总额或者要用的数额还没有数据，不能批准，请等数据补上")
    if amount > remaining.left:
        raise QuotaError(f"“{quota.label}”只剩 {remaining.left}，不够这次要用的 {amount}，不能批准，请先增加总额")
    item = read.items.get(read.quota)
    version = item.version if item else 0
    after = Taken(taken=read.taken + amount)
    yield Put(Item(read.quota, after.text(), version=version + 1), replaces=version)


def _amount(quota: Quota, ruling: Ruling) -> int | None:
    """What one grant takes; None when the form does not say."""
    if not quota.takes:
        return 1
    told = [value for path in quota.takes if (value := value_at(ruling.facts.roots, path)) is not None]
    return sum(told) if told else None

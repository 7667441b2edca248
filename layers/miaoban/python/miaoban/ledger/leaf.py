"""A ledger leaf: the digest of a receipt, filed by region and law date for the tree that a later issue seals."""

from datetime import datetime

from miaoban.models import Frozen


class Leaf(Frozen):
    """What the ledger keeps of one decision."""

    case: str
    sequence: int
    receipt: str
    at: datetime

"""The erasure of a case: what the ledger keeps of it, so that an auditor sees that it was erased, when, and by which rule."""

from datetime import date, datetime

from miaoban.catalogue.condition import Basis
from miaoban.models import Frozen


class Erasure(Frozen):
    """One erased case, without anything of a person: by which edition's rule it was erased, and how much of it there was.

    `kept_until` is the last day on which it was to be kept; `receipts` are counted as the decision leaves that stay.
    """

    case: str
    matter: str
    version: int
    basis: Basis
    days: int
    kept_until: date
    at: datetime
    events: int
    receipts: int
    licence: str | None = None

    @property
    def says(self) -> str:
        """When it was erased and why, in words."""
        article = f"《{self.basis.law}》{self.basis.article}"
        return f"保存期限到{self.kept_until}为止，数据已依照{article}自动删除，不能再查看，需要时请重新办理"

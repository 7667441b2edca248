"""Looks (查阅): who looked at a person's data, for which case, at what, to what end, on which law, and when.

A look holds no value of what was seen: of that only the names of the fields, and digests. Source: 个人信息保护法 art. 44 and 45
(the right to know and to consult), 51, 54.
"""

from datetime import datetime
from typing import Literal

from miaoban.catalogue.condition import Basis
from miaoban.models import Frozen


class Reader(Frozen):
    """Who looked: the role and the organ; `staff` is a keyed hash of the account, the same for the same one."""

    role: str
    department: str | None = None
    region: str | None = None
    staff: str | None = None


class Seen(Frozen):
    """What was seen of one source: the labels of its fields, and the digest of the record; `source` None is the case itself."""

    source: str | None = None
    name: str
    fields: tuple[str, ...] = ()
    digest: str | None = None


class Look(Frozen):
    """One look at a person's data; `digest` is that of the answer, which nobody got who was `refused`."""

    id: str
    at: datetime
    reader: Reader
    case: str | None = None
    matter: str | None = None
    matter_name: str | None = None
    purpose: str
    basis: tuple[Basis, ...]
    consent: str | None = None
    seen: tuple[Seen, ...] = ()
    outcome: Literal["seen", "refused"] = "seen"
    digest: str | None = None


MACHINE = Reader(role="machine")
"""The rules, which look on behalf of the organ that decides."""

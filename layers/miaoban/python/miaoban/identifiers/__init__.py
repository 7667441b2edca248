"""Identifiers that validate on construction: `X(text)` is strict, `X.normalise(text)` repairs what is safe and says so.

`str()` is the normal form, `.masked` is for displays, and every class is a pydantic field type.
"""

from miaoban.identifiers.base import Identifier
from miaoban.identifiers.errors import IdentifierError
from miaoban.identifiers.licence import LicenceNumber
from miaoban.identifiers.matter import MatterCode
from miaoban.identifiers.mobile import Mobile
from miaoban.identifiers.region import RegionCode, RegionLevel
from miaoban.identifiers.resident import ResidentId
from miaoban.identifiers.uscc import Uscc

__all__ = [
    "Identifier",
    "IdentifierError",
    "LicenceNumber",
    "MatterCode",
    "Mobile",
    "RegionCode",
    "RegionLevel",
    "ResidentId",
    "Uscc",
]

"""The unified social credit code of an organisation (GB 32100-2015)."""

from functools import lru_cache
from typing import ClassVar

from miaoban.identifiers.base import Identifier
from miaoban.identifiers.checks import (
    credit_check,
    organisation_check,
    require_credit_alphabet,
    require_length,
)
from miaoban.identifiers.errors import IdentifierError
from miaoban.identifiers.region import RegionCode

_CURE = "请对照营业执照或登记证书核对"


class Uscc(Identifier):
    """统一社会信用代码: registering department, kind, region, organisation code (GB 11714) and check character.

    Both check characters must hold. Departments are not looked up: letters (A, N, Y) are valid and the list grows.
    """

    __slots__ = ()
    title: ClassVar[str] = "统一社会信用代码"
    pattern: ClassVar[str] = "^[0-9A-HJ-NP-RTUWXY]{2}[1-9][0-9]{5}[0-9A-HJ-NP-RTUWXY]{10}$"

    @property
    def department(self) -> str:
        """The registering department, such as "9" for market regulation or "5" for civil affairs."""
        return self.text[0]

    @property
    def kind(self) -> str:
        """Department and kind of organisation, such as "91" for an enterprise or "N2" for a village collective."""
        return self.text[:2]

    @property
    def region(self) -> RegionCode:
        """The region of the registering authority, which need not be where the organisation works."""
        return RegionCode(self.text[2:8])

    @property
    def organisation(self) -> str:
        """The nine characters of the organisation code (GB 11714-1997)."""
        return self.text[8:17]

    def _check(self) -> None:
        _require_valid(self.text, self.title)


@lru_cache(maxsize=4096)
def _require_valid(text: str, title: str) -> None:
    """Raise `IdentifierError` unless the text is valid; that of the organs, which every item names, is remembered."""
    require_length(text, (18,), title, _CURE)
    require_credit_alphabet(text, title)
    if text[2] == "0" or not text[2:8].isdecimal():
        raise IdentifierError(f"{title}第 3 至 8 位应为行政区划代码，{_CURE}。")
    if credit_check(text[:17]) != text[17]:
        raise IdentifierError(f"{title}的校验位（第 18 位）与前 17 位不符，{_CURE}。")
    if organisation_check(text[8:16]) != text[16]:
        raise IdentifierError(f"{title}中组织机构代码的校验位（第 17 位）与第 9 至 16 位不符，{_CURE}。")

"""The code of an administrative region (GB/T 2260, and the street and village levels below it)."""

from enum import IntEnum
from functools import lru_cache
from typing import ClassVar, Final

from miaoban.identifiers.base import Identifier
from miaoban.identifiers.checks import require_digits, require_length
from miaoban.identifiers.errors import IdentifierError

_CURE = "请从行政区划列表中选择"
_NATION: Final = "100000"
_COUNTY_LENGTH: Final = 6


class RegionLevel(IntEnum):
    """The level of a region, numbered as the levels of power in GB/T 39046-2020 A.2."""

    NATION = 1
    PROVINCE = 2
    CITY = 3
    COUNTY = 4
    STREET = 5
    VILLAGE = 6


class RegionCode(Identifier):
    """行政区划代码 of 6 digits (province, city, county), 9 (street, town) or 12 (village, community).

    The normal form has no padding below the county: "211281", not "211281000". Existence is not checked here.
    """

    __slots__ = ()
    title: ClassVar[str] = "行政区划代码"
    pattern: ClassVar[str] = "^[1-9][0-9]{5}([0-9]{3}){0,2}$"
    hyphens: ClassVar[bool] = False

    @property
    def level(self) -> RegionLevel:
        """The level of the region."""
        if self.text == _NATION:
            return RegionLevel.NATION
        depths = {2: RegionLevel.PROVINCE, 4: RegionLevel.CITY, 6: RegionLevel.COUNTY, 9: RegionLevel.STREET}
        return depths.get(len(self._prefix), RegionLevel.VILLAGE)

    @property
    def province(self) -> "RegionCode | None":
        """The province that holds the region (itself for a province), or None for the nation."""
        return self._up_to(RegionLevel.PROVINCE, 2)

    @property
    def city(self) -> "RegionCode | None":
        """The city that holds the region (itself for a city), or None above cities."""
        return self._up_to(RegionLevel.CITY, 4)

    @property
    def county(self) -> "RegionCode | None":
        """The county that holds the region (itself for a county), or None above counties."""
        return self._up_to(RegionLevel.COUNTY, 6)

    def contains(self, other: "RegionCode") -> bool:
        """Whether the other region is this one or lies within it."""
        return other.text.startswith(self._prefix)

    @property
    def _prefix(self) -> str:
        if self.text == _NATION:
            return ""
        if len(self.text) > _COUNTY_LENGTH or self.text[4:] != "00":
            return self.text
        return self.text[:2] if self.text[2:4] == "00" else self.text[:4]

    def _up_to(self, level: RegionLevel, digits: int) -> "RegionCode | None":
        return RegionCode(self.text[:digits].ljust(6, "0")) if self.level >= level else None

    @classmethod
    def _repair(cls, text: str) -> tuple[str, tuple[str, ...]]:
        text, notes = super()._repair(text)
        shorter = _unpadded(text)
        return shorter, notes if shorter == text else (*notes, "已去除末尾补零")

    def _check(self) -> None:
        _require_valid(self.text, self.title)


@lru_cache(maxsize=4096)
def _require_valid(text: str, title: str) -> None:
    """Raise `IdentifierError` unless the text is valid; there are few regions, and everything names one."""
    require_length(text, (6, 9, 12), title, _CURE)
    require_digits(text, title, _CURE)
    if text[0] == "0":
        raise IdentifierError(f"{title}第 1 位不能是 0，{_CURE}。")
    if _unpadded(text) != text:
        raise IdentifierError(f"{title}末尾的补零应去掉，请写作 {_unpadded(text)}。")


def _unpadded(text: str) -> str:
    while len(text) in (9, 12) and text.endswith("000"):
        text = text[:-3]
    return text

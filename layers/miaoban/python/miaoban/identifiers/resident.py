"""The number of a citizen (GB 11643-1999)."""

from datetime import date
from typing import ClassVar, Final

from miaoban.identifiers.base import Identifier, masked
from miaoban.identifiers.checks import require_digits, require_length, resident_check
from miaoban.identifiers.errors import IdentifierError

_CURE = "请对照居民身份证核对"
_FIRST_GENERATION_LENGTH: Final = 15
_EARLIEST_YEAR: Final = 1800


class ResidentId(Identifier):
    """公民身份号码: area, date of birth, sequence and check character.

    The area is not looked up: genuine numbers carry areas that did not exist at birth. `repr()` is masked.
    """

    __slots__ = ()
    title: ClassVar[str] = "公民身份号码"
    pattern: ClassVar[str] = "^[1-9][0-9]{16}[0-9X]$"

    @property
    def masked(self) -> str:
        """The first four and last four characters, with stars between."""
        return self.mask(self.text)

    @staticmethod
    def mask(text: str) -> str:
        """Mask the text of a number that was checked before."""
        return masked(text, 4, 4)

    @property
    def birth_date(self) -> date:
        """The date of birth."""
        return date(int(self.text[6:10]), int(self.text[10:12]), int(self.text[12:14]))

    def _check(self) -> None:
        if len(self.text) == _FIRST_GENERATION_LENGTH:
            raise IdentifierError(
                "15 位身份证号码自 2013 年 1 月 1 日起停止使用（《中华人民共和国居民身份证法》），请填写 18 位公民身份号码。"
            )
        require_length(self.text, (18,), self.title, _CURE)
        require_digits(self.text[:17], self.title, _CURE)
        if self.text[17] not in "0123456789X":
            raise IdentifierError(f"{self.title}第 18 位应为数字或大写字母 X，{_CURE}。")
        if self.text[0] == "0":
            raise IdentifierError(f"{self.title}第 1 位不能是 0，{_CURE}。")
        self._check_birth_date()
        if resident_check(self.text[:17]) != self.text[17]:
            raise IdentifierError(f"{self.title} {self.masked} 的校验位（第 18 位）与前 17 位不符，{_CURE}。")

    def _check_birth_date(self) -> None:
        try:
            born = self.birth_date
        except ValueError:
            raise IdentifierError(f"{self.title}第 7 至 14 位不是有效的出生日期，{_CURE}。") from None
        if born.year < _EARLIEST_YEAR:
            raise IdentifierError(f"{self.title}第 7 至 10 位不是可能的出生年份，{_CURE}。")

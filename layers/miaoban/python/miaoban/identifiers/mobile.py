"""The mobile telephone number of mainland China."""

import re
from typing import ClassVar, Final

from miaoban.identifiers.base import Identifier, masked
from miaoban.identifiers.checks import require_digits, require_length
from miaoban.identifiers.errors import IdentifierError

_CURE = "请填写中国内地手机号码"
_COUNTRY: Final = re.compile(r"(?:\+|00)?86(?=1[0-9]{10}$)")


class Mobile(Identifier):
    """手机号码 of 11 digits, the first two 13 to 19. `repr()` is masked."""

    __slots__ = ()
    title: ClassVar[str] = "手机号码"
    pattern: ClassVar[str] = "^1[3-9][0-9]{9}$"

    @property
    def masked(self) -> str:
        """The first three and last four digits, with stars between."""
        return self.mask(self.text)

    @staticmethod
    def mask(text: str) -> str:
        """Mask the text of a number that was checked before."""
        return masked(text, 3, 4)

    @classmethod
    def _repair(cls, text: str) -> tuple[str, tuple[str, ...]]:
        text, notes = super()._repair(text)
        local = _COUNTRY.sub("", text, count=1)
        return local, notes if local == text else (*notes, "已去除国际区号 86")

    def _check(self) -> None:
        require_length(self.text, (11,), self.title, _CURE)
        require_digits(self.text, self.title, _CURE)
        if self.text[0] != "1" or self.text[1] in "012":
            raise IdentifierError(f"{self.title}应以 13 至 19 开头，{_CURE}。")

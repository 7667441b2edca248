"""The code of a government service matter (C0109.1, GB/T 39554): 12, 31 or 33 characters."""

import re
from typing import ClassVar, Final

from miaoban.identifiers.base import Identifier
from miaoban.identifiers.checks import require_credit_alphabet, require_length
from miaoban.identifiers.errors import IdentifierError
from miaoban.identifiers.uscc import Uscc

_CURE = "请对照政务服务事项目录核对"
_BASIC_LENGTH: Final = 12
_BASIC: Final = r"[0-9]{4}[0-9A-HJ-NP-RTUWXY]{8}"
_SHAPES: Final = {
    _BASIC_LENGTH: (re.compile(_BASIC), "区划 2 位数字、类型 2 位数字、主项 5 位、子项 3 位"),
    31: (re.compile(rf".{{18}}[1-7]{_BASIC}"), "实施主体 18 位、行使层级 1 至 7、基本编码 12 位"),
    33: (re.compile(rf".{{18}}[1-7]{_BASIC}(?!00)[0-9]{{2}}"), "实施编码 31 位、业务办理项顺序 01 至 99"),
}


class MatterCode(Identifier):
    """事项编码: basic (12), implementation (31 = authority 18 + level + basic) or handling item (33 = 31 + 2).

    Basic = region 2 (00 national) + type 2 + main item 5 + sub-item 3 (000 none); letters but I, O, S, V and Z may
    stand in the items when digits have run out.
    """

    __slots__ = ()
    title: ClassVar[str] = "事项编码"
    pattern: ClassVar[str] = "^([0-9A-HJ-NP-RTUWXY]{18}[1-7])?[0-9]{4}[0-9A-HJ-NP-RTUWXY]{8}([0-9]{2})?$"

    @property
    def basic(self) -> "MatterCode":
        """The basic code of the national or provincial catalogue, which all levels share."""
        return MatterCode(self._basic)

    @property
    def implementation(self) -> "MatterCode | None":
        """The code of the matter at its authority (31), or None for a basic code."""
        return MatterCode(self.text[:31]) if self._is_implemented else None

    @property
    def authority(self) -> Uscc | None:
        """The authority that implements the matter, or None for a basic code."""
        return Uscc(self.text[:18]) if self._is_implemented else None

    @property
    def level(self) -> int | None:
        """The level of power, 1 nation to 6 village and 7 shared (GB/T 39046-2020 A.2), or None for a basic code."""
        return int(self.text[18]) if self._is_implemented else None

    @property
    def region(self) -> str:
        """The two digits of the catalogue's province, "00" for the nation."""
        return self._basic[:2]

    @property
    def type_code(self) -> str:
        """The type of the matter, such as "01" licence or "10" other power (GB/T 39046-2020 A.1)."""
        return self._basic[2:4]

    @property
    def main_item(self) -> str:
        """The main item: the State Council department's two characters and a sequence of three."""
        return self._basic[4:9]

    @property
    def sub_item(self) -> str:
        """The sub-item, "000" when there is none."""
        return self._basic[9:]

    @property
    def handling_item(self) -> str | None:
        """The handling item, "01" to "99", or None unless the code has 33 characters."""
        return self.text[31:] or None

    @property
    def _is_implemented(self) -> bool:
        return len(self.text) > _BASIC_LENGTH

    @property
    def _basic(self) -> str:
        return self.text[19:31] if self._is_implemented else self.text

    def _check(self) -> None:
        require_length(self.text, tuple(_SHAPES), self.title, _CURE)
        require_credit_alphabet(self.text, self.title)
        shape, parts = _SHAPES[len(self.text)]
        if not shape.fullmatch(self.text):
            raise IdentifierError(f"{self.title}应由{parts}组成，{_CURE}。")
        if self._is_implemented:
            self._check_authority()

    def _check_authority(self) -> None:
        try:
            Uscc(self.text[:18])
        except IdentifierError as error:
            raise IdentifierError(f"{self.title}前 18 位不是有效的实施主体代码：{error}") from None

"""The identifier of an electronic licence (GB/T 36904-2018)."""

import re
from typing import ClassVar, Final

from miaoban.identifiers.base import Identifier
from miaoban.identifiers.checks import mod_37_36
from miaoban.identifiers.errors import IdentifierError

_ROOT: Final = "1.2.156.3005.2"
_PARTS: Final = 5
_LAST_VERSION: Final = 999
_CURE = "请对照电子证照核对"
_SHAPES: Final = (
    ("证照类型代码", re.compile(r"[0-9A-Z]+"), "应由数字和大写字母组成"),
    ("颁发机构代码", re.compile(r"[0-9A-Z]+"), "应由数字和大写字母组成"),
    ("流水号", re.compile(r"[0-9A-Z]+"), "应由数字和大写字母组成"),
    ("版本号", re.compile(r"(?!000)[0-9]{3}"), "应为 001 至 999"),
    ("校验位", re.compile(r"[0-9A-Z]"), "应为 1 位数字或大写字母"),
)


class LicenceNumber(Identifier):
    """电子证照标识: root, type code, issuer, serial, version and a MOD 37,36 check character, between dots.

    The standard asks for 21 characters of type and 18 of issuer; real issuers also write a region of 6, so the parts
    are told apart by the dots and not by their lengths. The check character covers neither root nor dots.
    """

    __slots__ = ()
    title: ClassVar[str] = "电子证照标识"
    pattern: ClassVar[str] = r"^1\.2\.156\.3005\.2(\.[0-9A-Z]+){3}\.[0-9]{3}\.[0-9A-Z]$"
    hyphens: ClassVar[bool] = False

    @classmethod
    def issue(cls, *, type_code: str, issuer: str, serial: str, version: int = 1) -> "LicenceNumber":
        """Return the number of a licence, with its check character computed.

        Raises `IdentifierError` when a part has other characters than digits and capitals, or `version` is not 1-999.
        """
        if not 1 <= version <= _LAST_VERSION:
            raise IdentifierError(f"电子证照标识的版本号应为 1 至 999，实际为 {version}，请以新流水号重新颁发。")
        parts = (str(type_code), str(issuer), serial, f"{version:03}")
        if not all(re.fullmatch(r"[0-9A-Z]+", part) for part in parts):
            raise IdentifierError("电子证照标识的类型、颁发机构、流水号应由数字和大写字母组成，请检查颁发配置。")
        return cls(".".join((_ROOT, *parts, mod_37_36("".join(parts)))))

    def next_version(self) -> "LicenceNumber":
        """Return the number that replaces this one; raises `IdentifierError` after version 999."""
        return self.issue(type_code=self.type_code, issuer=self.issuer, serial=self.serial, version=self.version + 1)

    @property
    def root(self) -> str:
        """The object identifier under which China registers licences."""
        return _ROOT

    @property
    def type_code(self) -> str:
        """The licence type: the defining authority's USCC and a sequence of three."""
        return self._parts[0]

    @property
    def issuer(self) -> str:
        """The issuing authority: a USCC, or in older data a region code."""
        return self._parts[1]

    @property
    def serial(self) -> str:
        """The serial number that the issuer gave."""
        return self._parts[2]

    @property
    def version(self) -> int:
        """The version, 1 for the first."""
        return int(self._parts[3])

    @property
    def check(self) -> str:
        """The check character."""
        return self._parts[4]

    @property
    def _parts(self) -> list[str]:
        return self.text.removeprefix(f"{_ROOT}.").split(".")

    def _check(self) -> None:
        if not self.text.startswith(f"{_ROOT}."):
            raise IdentifierError(f"{self.title}应以 {_ROOT}. 开头，{_CURE}。")
        if len(self._parts) != _PARTS:
            raise IdentifierError(f"{self.title}在 {_ROOT} 之后应有以点分隔的 5 段，实际为 {len(self._parts)} 段，{_CURE}。")
        for part, (name, shape, expected) in zip(self._parts, _SHAPES, strict=True):
            if not shape.fullmatch(part):
                raise IdentifierError(f"{self.title}的{name}{expected}，{_CURE}。")
        *body, check = self._parts
        if mod_37_36("".join(body)) != check:
            raise IdentifierError(f"{self.title}的校验位与前面各段不符，{_CURE}。")

"""Check characters of the national identifier standards, as plain arithmetic on the text before the check character."""

from operator import mul
from typing import Final

from miaoban.identifiers.errors import IdentifierError

CREDIT_ALPHABET: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""The 31 characters of GB 32100: digits and capital letters without I, O, S, V and Z."""

_ALPHANUMERIC: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_CREDIT_VALUES: Final = {character: value for value, character in enumerate(CREDIT_ALPHABET)}
_ALPHANUMERIC_VALUES: Final = {character: value for value, character in enumerate(_ALPHANUMERIC)}
_CREDIT_WEIGHTS: Final = tuple(pow(3, index, 31) for index in range(17))
_ORGANISATION_WEIGHTS: Final = (3, 7, 9, 10, 5, 8, 4, 2)
_RESIDENT_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_LOOKALIKES: Final = {"I": "数字 1", "O": "数字 0", "S": "数字 5", "V": "字母 U 或 Y", "Z": "数字 2"}


def credit_check(body: str) -> str:
    """Return character 18 of a unified social credit code from its first 17 (GB 32100-2015)."""
    total = sum(map(mul, map(_CREDIT_VALUES.__getitem__, body), _CREDIT_WEIGHTS))
    return CREDIT_ALPHABET[-total % 31]


def organisation_check(body: str) -> str:
    """Return character 9 of an organisation code from its first 8 (GB 11714-1997)."""
    total = sum(map(mul, map(_ALPHANUMERIC_VALUES.__getitem__, body), _ORGANISATION_WEIGHTS))
    return "0123456789X"[-total % 11]


def resident_check(body: str) -> str:
    """Return character 18 of a citizen's number from its first 17 digits (GB 11643-1999)."""
    total = sum(map(mul, map(int, body), _RESIDENT_WEIGHTS))
    return "10X98765432"[total % 11]


def mod_37_36(body: str) -> str:
    """Return the ISO/IEC 7064 MOD 37,36 check character of digits and capital letters.

    It catches every single wrong character, and every swap of two neighbours but 36 of the 22 680 possible ones.
    """
    product = 36
    for character in body:
        product = 2 * ((product + _ALPHANUMERIC_VALUES[character]) % 36 or 36) % 37
    return _ALPHANUMERIC[(37 - product) % 36]


def require_length(text: str, allowed: tuple[int, ...], title: str, cure: str) -> None:
    """Raise `IdentifierError` unless the text has one of the allowed lengths."""
    if len(text) not in allowed:
        lengths = "、".join(map(str, allowed))
        raise IdentifierError(f"{title}应为 {lengths} 位，实际为 {len(text)} 位，{cure}。")


def require_digits(text: str, title: str, cure: str) -> None:
    """Raise `IdentifierError` at the first character that is not one of the ten ASCII digits."""
    if text.isascii() and text.isdigit():
        return
    for position, character in enumerate(text, start=1):
        if character not in "0123456789":
            raise IdentifierError(f"{title}第 {position} 位“{_shown(character)}”不是数字，{cure}。")


def require_credit_alphabet(text: str, title: str) -> None:
    """Raise `IdentifierError` at the first character outside the 31, naming what was probably meant."""
    if not text.strip(CREDIT_ALPHABET):
        return
    for position, character in enumerate(text, start=1):
        if character in _LOOKALIKES:
            raise IdentifierError(
                f"{title}第 {position} 位是字母 {character}，编码中不使用字母 I、O、S、V、Z，"
                f"请核对是否应为{_LOOKALIKES[character]}。"
            )
        if character not in _CREDIT_VALUES:
            raise IdentifierError(f"{title}第 {position} 位“{_shown(character)}”不是数字或大写字母，请核对后重新填写。")


def _shown(character: str) -> str:
    return character if character.isprintable() else f"U+{ord(character):04X}"

"""Unified social credit codes 统一社会信用代码 (GB 32100-2015): both check characters, made-up codes."""

from typing import Final

ALPHABET: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
VALUES: Final = {character: value for value, character in enumerate(ALPHABET)}
WEIGHTS: Final = tuple(pow(3, index, 31) for index in range(17))
ORGANISATION_WEIGHTS: Final = (3, 7, 9, 10, 5, 8, 4, 2)
LENGTH: Final = 18


def organisation_check(code: str) -> str:
    """Return the check character of the 8 leading characters of an organisation code (GB 11714-1997)."""
    total = sum(weight * int(character, 36) for weight, character in zip(ORGANISATION_WEIGHTS, code, strict=True))
    return "0123456789X0"[11 - total % 11]


def check(code: str) -> str:
    """Return the 18th character for the 17 leading characters of a credit code."""
    total = sum(weight * VALUES[character] for weight, character in zip(WEIGHTS, code, strict=True))
    return ALPHABET[(31 - total % 31) % 31]


def validated(text: str) -> str:
    """Return the code unchanged, or raise ValueError with the Chinese sentence for the applicant."""
    if len(text) != LENGTH or any(character not in VALUES for character in text):
        raise ValueError("统一社会信用代码应为18位数字或大写字母（不含I、O、S、V、Z）")
    if organisation_check(text[8:16]) != text[16] or check(text[:17]) != text[17]:
        raise ValueError("统一社会信用代码校验位不符，请核对")
    return text


def synthetic(serial: int, county: str) -> str:
    """Return the made-up enterprise code number `serial` (below 31**4); no organisation code begins with MAXX."""
    tail = "".join(ALPHABET[serial // 31**power % 31] for power in (3, 2, 1, 0))
    organisation = f"MAXX{tail}"
    body = f"91{county}{organisation}{organisation_check(organisation)}"
    return body + check(body)

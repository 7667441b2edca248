"""Text that people type: cleaned where that is safe, refused where it would deceive, and compared fairly."""

import re
import unicodedata
from typing import Final

from miaoban.errors import FinalError

_INVISIBLE: Final = re.compile("[\u00ad\u200b-\u200d\u2060\ufeff]")
_NEWLINES: Final = re.compile(r"\r\n?")
_BIDI: Final = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_REFUSED: Final = re.compile(f"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f{_BIDI}\ud800-\udfff]")
_HIDDEN: Final = re.compile(f"{_INVISIBLE.pattern}|{_REFUSED.pattern}|[\u2028\u2029\ufffe\uffff]")

_OPENING: Final = "[{<〔【〖《〈「『﹝"
_CLOSING: Final = "]}>〕】〗》〉」』﹞"
_UNIFIED: Final = str.maketrans(
    dict.fromkeys(_OPENING, "(")
    | dict.fromkeys(_CLOSING, ")")
    | dict.fromkeys("•‧∙⋅・●", "·")
    | dict.fromkeys("‐‑‒–—―−－~～", "-")
    | dict.fromkeys("“”„‟‘’‛`´", "'")
    | {'"': "'", "、": ",", "。": "."}
)
_SPACES: Final = re.compile(r"\s+")


class TextError(FinalError, ValueError):
    """Raised when a text holds control characters that hide or reorder what a person would read."""

    code = "text-invalid"


def clean(text: str) -> tuple[str, tuple[str, ...]]:
    """Return the text without what nobody meant to type, and the Chinese sentences that say what was done.

    Newlines become line feeds; zero-width characters and outer spaces go; markup stays, as text. Raises `TextError` for
    control characters other than newline and tab, bidirectional controls and lone surrogates.
    """
    if text.isprintable() and text[:1] != " " != text[-1:]:  # neither control nor format characters, nor spaces around
        return text, ()
    if found := _REFUSED.search(text := _NEWLINES.sub("\n", original := text)):
        raise TextError(f"文本第 {found.start() + 1} 个字符是不可显示的控制字符 U+{ord(found[0]):04X}，请删除后重新填写。")
    visible = _INVISIBLE.sub("", text)
    cleaned = visible.strip()
    notes = (
        ("换行符已统一", text != original),
        ("已去除不可见字符", visible != text),
        ("已去除首尾空格", cleaned != visible),
    )
    return cleaned, tuple(sentence for sentence, done in notes if done)


def hidden(text: str) -> tuple[int, str] | None:
    """The place and the name (U+200B) of the first character that nobody sees, in a text that people keep; None without one.

    These are what `clean` removes or refuses, and line ends that no editor counts as such.
    """
    found = _HIDDEN.search(text)
    return (found.start(), f"U+{ord(found[0]):04X}") if found else None


def comparable(text: str) -> str:
    """Return the form in which two names are the same name: for comparing, never for display or storage.

    Compatibility forms (NFKC), case, spaces, and the variants of brackets, middle dots, dashes and quotes are unified.
    """
    folded = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).casefold()
    unified = _SPACES.sub("", unicodedata.normalize("NFKC", folded)).translate(_UNIFIED)
    return unicodedata.normalize("NFKC", unified)

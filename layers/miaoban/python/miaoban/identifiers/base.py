"""What every identifier is: an immutable, ordered text that was checked when it was made."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from miaoban.identifiers.errors import IdentifierError
from miaoban.identifiers.repairs import repair


@dataclass(frozen=True, slots=True, order=True, repr=False)
class Identifier(ABC):
    """An identifier in its normal form; `X(text)` is strict and raises `IdentifierError` with the cure.

    As a pydantic field it is read from a string, written to JSON as a string, and described by `pattern`.
    """

    text: str

    title: ClassVar[str]
    """The Chinese name that opens every sentence about it."""
    pattern: ClassVar[str]
    """The shape of the normal form, for JSON Schema; it says less than the constructor checks."""
    hyphens: ClassVar[bool] = True
    """Whether `normalise` may drop hyphens."""

    def __post_init__(self) -> None:
        if not isinstance(self.text, str):
            raise IdentifierError(f"{self.title}应为文本，请以字符串形式填写。")
        self._check()

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.masked!r})"

    @property
    def masked(self) -> str:
        """The text for displays and logs; the same as `str()` unless the number is personal."""
        return self.text

    @classmethod
    def normalise(cls, text: str) -> tuple[Self, tuple[str, ...]]:
        """Return the identifier after safe repairs, and the Chinese sentences that say which were made.

        Raises `IdentifierError` when what is left is still not valid.
        """
        try:
            return cls(text), ()  # the normal form needs no repair, and most people write it
        except IdentifierError:
            repaired, notes = cls._repair(text)
        return cls(repaired), notes

    @classmethod
    def _repair(cls, text: str) -> tuple[str, tuple[str, ...]]:
        return repair(text, hyphens=cls.hyphens)

    @abstractmethod
    def _check(self) -> None:
        """Raise `IdentifierError` unless the text is valid."""

    @classmethod
    def _read(cls, value: Any) -> Self:
        try:
            return value if isinstance(value, cls) else cls(value)
        except IdentifierError as error:
            raise PydanticCustomError(error.code, "{sentence}", {"sentence": str(error)}) from None

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Validate with the constructor and serialise to the normal form."""
        written = core_schema.to_string_ser_schema()
        return core_schema.no_info_plain_validator_function(cls._read, serialization=written)

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Describe the identifier as a string with its shape."""
        return {"type": "string", "title": cls.title, "pattern": cls.pattern}


def masked(text: str, first: int, last: int) -> str:
    """Return the text with all but its first and last characters replaced by stars."""
    return text[:first] + "*" * (len(text) - first - last) + text[len(text) - last :]

"""The one base of every model: frozen, closed to unknown keys, shared by all floors.

What is made anew in every decision, of parts that are checked already, is a dataclass: it costs a third. A model that holds
one reads it as strictly, where it says `__pydantic_config__ = CLOSED`.
"""

from collections.abc import Mapping
from typing import Any, Final, Self

from pydantic import BaseModel, ConfigDict


class Frozen(BaseModel):
    """An immutable pydantic model that refuses keys it does not know.

    A model's validator is built when it is first used: one route needs few of them, and a cold start pays for all it builds.
    """

    model_config = ConfigDict(
        defer_build=True,
        frozen=True,
        extra="forbid",
        hide_input_in_errors=True,
        serialize_by_alias=True,
        validate_by_alias=True,
        validate_by_name=True,
    )

    @classmethod
    def read(cls, text: str) -> Self:
        """Read a stored JSON text of this model."""
        return cls.model_validate_json(text)

    def text(self) -> str:
        """The JSON text under which this model is stored; what is None is left out."""
        return self.model_dump_json(exclude_none=True)

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Copy the fields, some of them changed, and nothing that a cached property said of the original."""
        copied = super().model_copy(update=update, deep=deep)
        for name in copied.__dict__.keys() - type(self).model_fields.keys():
            del copied.__dict__[name]
        return copied


CLOSED: Final = Frozen.model_config


def given(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values without those that are None, as a model is stored."""
    return {name: value for name, value in values.items() if value is not None}

"""Forms: what was sent is normalised where that is safe, checked against the fields, and every problem is told at once."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any, NamedTuple

import jsonschema_rs

from miaoban.catalogue.errors import FormError, Problem
from miaoban.catalogue.fields import Field, Fields, FieldType, schema
from miaoban.catalogue.problems import escaped, problems_of
from miaoban.errors import FinalError


class Checked(NamedTuple):
    """A form that fits: its values in normal form, and what was done to get there."""

    values: dict[str, Any]
    repairs: tuple[str, ...]


class Form:
    """The form of some fields, compiled once; `check` it against what was sent."""

    def __init__(self, fields: Fields) -> None:
        self.fields = fields
        self.schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema(fields)}
        self._validator = jsonschema_rs.validator_for(self.schema, validate_formats=True)

    def check(self, values: Mapping[str, Any], pointer: str = "") -> Checked:
        """Normalise and check values; raises FormError with one problem for each place that is wrong."""
        reader = _Reader()
        normal = reader.row(self.fields, values, pointer)
        if reader.problems or not self._validator.is_valid(normal):
            raise FormError([*reader.problems, *self._faults(normal, pointer, {fault.pointer for fault in reader.problems})])
        return Checked(normal, tuple(dict.fromkeys(reader.repairs)))

    def _faults(self, normal: dict[str, Any], pointer: str, named: Collection[str]) -> Iterator[Problem]:
        """What is wrong by the schema, but for places where something is wrong already."""
        for error in self._validator.iter_errors(normal):
            yield from (fault for fault in problems_of(self.fields, error, pointer) if fault.pointer not in named)


class _Reader:
    """Brings texts into normal form, collecting what was done and what cannot be read."""

    def __init__(self) -> None:
        self.repairs: list[str] = []
        self.problems: list[Problem] = []

    def row(self, fields: Fields, values: Mapping[str, Any], pointer: str) -> dict[str, Any]:
        normal = dict(values)
        for code, value in values.items():
            field = fields.get(code)
            if field is None:
                continue
            if isinstance(value, str):
                normal[code] = self._text(field, value, pointer, code)
            elif isinstance(value, list) and field.type is FieldType.TABLE:
                place = f"{pointer}/{escaped(code)}"
                normal[code] = [self._row(field, row, f"{place}/{number}") for number, row in enumerate(value)]
        return normal

    def _row(self, field: Field, row: Any, pointer: str) -> Any:
        return self.row(field.columns, row, pointer) if isinstance(row, Mapping) else row

    def _text(self, field: Field, value: str, pointer: str, code: str) -> str:
        try:
            normal, repairs = field.normalise(value)
        except FinalError as error:
            place = f"{pointer}/{escaped(code)}"
            self.problems.append(Problem(pointer=place, code=error.code, message=f"{field.label}：{error}"))
            return value
        if repairs:
            self.repairs += (f"{field.label}：{repair}" for repair in repairs)
        return str(normal)

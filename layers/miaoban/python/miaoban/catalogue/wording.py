"""Values in words for people: choices by their labels, money in yuan, tables by the labels of their columns."""

from collections.abc import Mapping
from typing import Any

from miaoban.catalogue.fields import Field, Fields, FieldType
from miaoban.catalogue.matter import Question


def worded(fields: Fields, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values of known fields in words; an option that is no longer offered stays as its code."""
    return {code: _worded(fields[code], value) for code, value in values.items()}


def answered(questions: Mapping[str, Question], answers: Mapping[str, str]) -> dict[str, str]:
    """The answers of a situation in words."""
    return {code: questions[code].answers[answer].label for code, answer in answers.items()}


def _worded(field: Field, value: Any) -> Any:
    match field.type:
        case FieldType.CHOICE:
            return field.options.get(value, value)
        case FieldType.CHOICES:
            return "、".join(field.options.get(choice, choice) for choice in value)
        case FieldType.MONEY:
            yuan, fen = divmod(int(value), 100)
            return f"{yuan:,}.{fen:02} 元"
        case FieldType.TABLE:
            rows = (worded(field.columns, row) for row in value)
            return [{field.columns[code].label: cell for code, cell in row.items()} for row in rows]
        case _:
            return value

"""Where a matter's files name something: every `when`, and every path outside conditions, with file and place."""

from collections.abc import Iterator

from miaoban.catalogue.matter import Matter

CONDITIONS, MATERIALS, FORM, MATTER = "conditions.yaml", "materials.yaml", "form.yaml", "matter.yaml"


def whens(matter: Matter) -> Iterator[tuple[str, str, str]]:
    """Every `when` of a matter: its file, whose it is, itself."""
    parts = (
        (FORM, matter.fields.items()),
        (MATERIALS, matter.questions.items()),
        (MATERIALS, matter.records.items()),
        (MATERIALS, matter.materials.items()),
        (CONDITIONS, ((condition.id, condition) for condition in matter.conditions)),
    )
    return ((file, place, part.when) for file, items in parts for place, part in items if part.when is not None)


def uses(matter: Matter) -> Iterator[tuple[str, str, str, set[str]]]:
    """Every path outside conditions: its file, its place, itself, and the roots it may start from."""
    records = set(matter.records)
    for name, use in matter.records.items():
        yield from ((MATERIALS, name, path, {"form", "applicant"}) for path in use.key)
    for code, field in matter.fields.items():
        yield from ((FORM, code, path, {"applicant", *records}) for path in (field.prefill,) if path)
    for code, material in matter.materials.items():
        yield from ((MATERIALS, code, f"form.{field}", {"form"}) for field in material.fields)
    yield from ((MATTER, "unique", path, {"form", "applicant", "situation"}) for path in matter.unique)
    yield from ((MATTER, "holder", path, {"form", "applicant", *records}) for path in (matter.holder.code, matter.holder.name))
    yield from (
        (MATTER, line.label, line.value, {"form", "situation", "organ", "applicant", *records})
        for line in matter.result.contents
    )

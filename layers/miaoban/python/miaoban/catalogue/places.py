"""Where a matter's files name something: every `when`, and every path outside conditions, with the words that lead there."""

from collections.abc import Iterator

from miaoban.catalogue.matter import Matter

CONDITIONS, MATERIALS, FORM, MATTER = "conditions.yaml", "materials.yaml", "form.yaml", "matter.yaml"


def whens(matter: Matter) -> Iterator[tuple[str, tuple[str, ...], str]]:
    """Every `when` of a matter: its file, the words that lead to whose it is, the code in second place, and itself."""
    parts = (
        (FORM, "fields", matter.fields.items()),
        (MATERIALS, "questions", matter.questions.items()),
        (MATERIALS, "records", matter.records.items()),
        (MATERIALS, "materials", matter.materials.items()),
        (MATTER, "items", matter.items.items()),
        (CONDITIONS, "conditions", ((condition.id, condition) for condition in matter.conditions)),
    )
    for file, name, items in parts:
        yield from ((file, (name, code), part.when) for code, part in items if part.when is not None)
    for condition in matter.conditions:
        bases = ((basis.law, basis.when) for basis in condition.basis)
        yield from ((CONDITIONS, ("conditions", condition.id, "basis", law), when) for law, when in bases if when is not None)


def uses(matter: Matter) -> Iterator[tuple[str, tuple[str, ...], str, set[str]]]:
    """Every path outside conditions: its file, the words that lead to it, itself, and the roots it may start from."""
    records = set(matter.records)
    for name, use in matter.records.items():
        yield from ((MATERIALS, ("records", name), path, {"form", "applicant"}) for path in use.key)
    for code, field in matter.fields.items():
        yield from ((FORM, ("fields", code), path, {"applicant", *records}) for path in (field.prefill,) if path)
    for code, material in matter.materials.items():
        yield from ((MATERIALS, ("materials", code), f"form.{field}", {"form"}) for field in material.fields)
    yield from ((MATTER, ("unique",), path, {"form", "applicant", "situation"}) for path in matter.unique)
    if matter.quota:
        yield from ((MATTER, ("quota", "per"), path, {"form", "applicant", "situation", "organ"}) for path in matter.quota.per)
        yield from ((MATTER, ("quota", "takes"), path, {"form"}) for path in matter.quota.takes)
        yield MATTER, ("quota", "total"), matter.quota.total, {"parameter", *records}
    holder = (matter.holder.code, matter.holder.name)
    yield from ((MATTER, ("holder",), path, {"form", "applicant", *records}) for path in holder)
    shown = {"form", "situation", "organ", "applicant", "review", *records}
    yield from ((MATTER, ("result", line.label), line.value, shown) for line in matter.result.contents)

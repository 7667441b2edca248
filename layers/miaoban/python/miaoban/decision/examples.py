"""Examples (示例) read from their files: a matter's own tests, kept as data beside its rules.

Each file of `examples/` is a JSON merge patch (RFC 7396) on `_base.yaml`: maps merge, lists and values replace, null
removes. Everything in them is made up.
"""

from collections.abc import Mapping
from typing import Any

from miaoban.catalogue.documents import document_of, model_of
from miaoban.catalogue.errors import CatalogueError
from miaoban.catalogue.lines import located
from miaoban.decision.example import Example

BASE = "_base.yaml"


def read_examples(texts: Mapping[str, str]) -> dict[str, Example]:
    """Read the texts of `examples/`, by file name; raises CatalogueError."""
    base = document_of(f"examples/{BASE}", texts[BASE]) if BASE in texts else {}
    return {name: _example(base, name, text) for name, text in sorted(texts.items()) if name != BASE}


def _example(base: Mapping[str, Any], name: str, text: str) -> Example:
    file = f"examples/{name}"
    try:
        return model_of(Example, merged(base, document_of(file, text)), file)
    except CatalogueError as error:
        raise located(error, {file: text}) from error


def merged(base: Any, patch: Any) -> Any:
    """A JSON value after a merge patch (RFC 7396)."""
    if not isinstance(patch, Mapping):
        return patch
    found = dict(base) if isinstance(base, Mapping) else {}
    changed = {key: merged(found.get(key), value) for key, value in patch.items() if value is not None}
    return {key: value for key, value in found.items() if key not in patch} | changed

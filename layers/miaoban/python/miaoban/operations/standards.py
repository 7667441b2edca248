"""The standards of materials as the catalogue keeps them: one item, known by its digest, replaced as a whole."""

from collections.abc import Callable
from functools import lru_cache
from typing import Final

from miaoban.canonical import digest
from miaoban.catalogue.naming import Standards
from miaoban.catalogue.nodes import MaterialUse
from miaoban.models import Frozen
from miaoban.operations import keys
from miaoban.operations.errors import StandardsTooLargeError
from miaoban.operations.services import Services
from miaoban.storage import Commit, Item, Put
from miaoban.text import TextError

LARGEST: Final = 350 * 1024
"""Bytes of the item; DynamoDB takes 400 KB, keys included."""


class Kept(Frozen):
    """The standards, and the digest of their canonical text."""

    digest: str
    standards: Standards


def publish_standards(services: Services, standards: Standards) -> str | None:
    """Put the standards in force and give their digest; None when exactly these are already. Raises StandardsTooLargeError."""
    kept = Kept(digest=digest(standards.model_dump(mode="json", exclude_none=True)), standards=standards)
    text, key = kept.text(), keys.STANDARDS
    if (size := len(text.encode())) > LARGEST:
        raise StandardsTooLargeError(f"材料标准共 {size} 字节，超过 {LARGEST} 字节，请删去不用的别名或者标准")
    found = services.store.read([key]).get(key)
    if found is not None and Kept.read(found.body).digest == kept.digest:
        return None
    version = found.version if found else 0
    services.store.commit(Commit((Put(Item(key, text, version=version + 1), replaces=version),)))
    return kept.digest


def source_by_standard(services: Services) -> Callable[[MaterialUse], str | None]:
    """Which source spares a material by its standard, as the standards in force say; none where there are none."""
    found = services.store.read([keys.STANDARDS]).get(keys.STANDARDS)
    return sources_of(_read(found.body)) if found else lambda _: None


@lru_cache(maxsize=1)
def _read(text: str) -> Standards:
    return Kept.read(text).standards


def sources_of(standards: Standards) -> Callable[[MaterialUse], str | None]:
    """Which source spares a material by its standard, which it names or whose name it has."""

    def source(use: MaterialUse) -> str | None:
        try:
            named = standards.match(use.name)
        except TextError:
            return None
        standard = standards.standards.get(use.standard or (named.code if named else ""))
        return standard.source if standard else None

    return source

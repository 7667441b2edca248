"""Erasures as read: what stays of a case or a licence that has been erased."""

from miaoban.ledger.erasure import Erasure
from miaoban.operations import keys
from miaoban.operations.services import Services
from miaoban.storage import Key


def erasure_of(services: Services, key: Key) -> Erasure | None:
    """The erasure of what lay under a case's or a licence's key; None if there never was anything, or there still is."""
    note = keys.erased(key)
    item = services.store.read([note]).get(note)
    return Erasure.read(item.body) if item else None

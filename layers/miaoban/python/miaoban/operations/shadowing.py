"""What a release changes: its impact against the version it replaces, and a shadow run over what was decided."""

from miaoban.catalogue.impact import Impact, impact
from miaoban.catalogue.publication import Edition, Pointer
from miaoban.catalogue.release import Release
from miaoban.decision.receipt import RECEIPT
from miaoban.decision.shadow import Shadow, shadow
from miaoban.ledger.leaf import Leaf
from miaoban.operations import keys
from miaoban.operations.activating import edition_of
from miaoban.operations.editions import at_version
from miaoban.operations.services import Services
from miaoban.storage import Index, Range

RECEIPTS = 100
"""Receipts decided again in one call."""


def impact_of(services: Services, release: Release) -> Impact:
    """What a release changes against the version that it replaced, or would replace now."""
    return impact(_before(services, release), edition_of(services, release))


def shadow_page(services: Services, release: Release, cursor: str | None = None) -> tuple[Shadow, str | None]:
    """Decide a page of the matter's receipts again, newest first, and where to go on."""
    question = Range(Index.QUEUE, keys.decided(release.matter), descending=True, limit=RECEIPTS, cursor=cursor)
    page = services.store.query(question)
    leaves = [Leaf.read(item.body) for item in page.items]
    wanted = [keys.receipt(leaf.case, leaf.sequence) for leaf in leaves]
    items = services.store.read(wanted) if wanted else {}
    receipts = [RECEIPT.validate_json(items[key].body) for key in wanted if key in items]
    found = shadow(edition_of(services, release), receipts, _before(services, release))
    return found.model_copy(update={"erased": len(wanted) - len(receipts)}), page.cursor


def _before(services: Services, release: Release) -> Edition | None:
    """The edition before a release: that of the version before its own, or the one in force."""
    version = release.version - 1 if release.version else _version(services, release.matter)
    return at_version(services, release.matter, version).edition if version else None


def _version(services: Services, matter: str) -> int:
    item = services.store.read([keys.pointer(matter)]).get(keys.pointer(matter))
    return Pointer.read(item.body).version if item else 0

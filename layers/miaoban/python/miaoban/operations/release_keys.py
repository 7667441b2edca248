"""Where releases of matters lie.

catalogue  RELEASES <release>   RELEASE#<release> EDITION | SHADOW   DUE <moment>#<release>
"""

from datetime import datetime

from miaoban.operations import keys
from miaoban.storage import Key, Table

RELEASES = "RELEASES"
DUE = "DUE"


def release(release_id: str) -> Key:
    """A release of a matter."""
    return Key(Table.CATALOGUE, RELEASES, release_id)


def release_edition(release_id: str) -> Key:
    """The content that a release was checked with; written once."""
    return Key(Table.CATALOGUE, f"RELEASE#{release_id}", "EDITION")


def shadow_run(release_id: str) -> Key:
    """How far the shadow run of a release is."""
    return Key(Table.CATALOGUE, f"RELEASE#{release_id}", "SHADOW")


def due(moment: datetime, release_id: str) -> Key:
    """The note that a published release takes effect at a moment."""
    return Key(Table.CATALOGUE, DUE, f"{keys.due_at(moment)}#{release_id}")

"""The vault with a fixed root key: pseudonyms in tests are the same on every run."""

from miaoban.sealing import Sealer

ROOT = "miaoban tests: no secret, never in production"


class MemoryVault(Sealer):
    """A vault under a root key that everybody knows."""

    def __init__(self, root: str = ROOT) -> None:
        super().__init__(root)

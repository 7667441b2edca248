"""The ports in memory, for tests: they pass the same contract tests as the adapters of AWS."""

from miaoban.memory.asker import MemoryAsker
from miaoban.memory.bus import MemoryBus
from miaoban.memory.files import EICAR, MemoryFiles, MemoryScanner
from miaoban.memory.objects import MemoryObjects
from miaoban.memory.outbox import MemoryOutbox, Sent
from miaoban.memory.signer import MemorySigner
from miaoban.memory.store import MemoryStore
from miaoban.memory.upper import MemoryUpper
from miaoban.memory.vault import MemoryVault

__all__ = [
    "EICAR",
    "MemoryAsker",
    "MemoryBus",
    "MemoryFiles",
    "MemoryObjects",
    "MemoryOutbox",
    "MemoryScanner",
    "MemorySigner",
    "MemoryStore",
    "MemoryUpper",
    "MemoryVault",
    "Sent",
]

"""A bucket of people's files as a dictionary; links lead nowhere but say what they are for."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from miaoban.errors import MiaobanError
from miaoban.memory.objects import MemoryObjects
from miaoban.ports import ObjectChangedError, Signed, Terms

EICAR: Final = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
"""What every scanner takes for malware, and what harms nobody (EICAR test file)."""


class MemoryFiles(MemoryObjects):
    """Keeps files by name, and remembers what links were signed for."""

    def __init__(self) -> None:
        super().__init__()
        self.terms: dict[str, Terms] = {}

    def sign_put(self, name: str, terms: Terms, lasts: timedelta) -> Signed:
        """Sign a link to upload exactly what the terms say."""
        self.terms[name] = terms
        return Signed(f"memory:{name}?put={lasts.total_seconds():.0f}", {"content-type": terms.type})

    def sign_get(self, name: str, type_: str, lasts: timedelta) -> str:
        """Sign a link to read a file."""
        return f"memory:{name}?get={lasts.total_seconds():.0f}&type={type_}"

    def copy(self, name: str, tag: str, to: str) -> None:
        """Copy an object as it was when its tag was told; raises ObjectChangedError."""
        standing, data = self._objects.get(name, ("", b""))
        if standing != tag:
            raise ObjectChangedError("文件已被替换或删除，请重新上传")
        self.put(to, data)

    def remove(self, name: str) -> None:
        """Remove an object; one that is gone is removed."""
        self._objects.pop(name, None)

    def names(self) -> set[str]:
        """What lies in it."""
        return set(self._objects)


class MemoryScanner:
    """Finds the EICAR test file, and nothing else; with a fault, it raises that."""

    def __init__(self, fault: MiaobanError | None = None) -> None:
        self.fault = fault

    def scan(self, parts: Iterable[bytes]) -> str | None:
        """The name of the test file if it is in these parts."""
        if self.fault is not None:
            raise self.fault
        return "Eicar-Test-Signature" if EICAR in b"".join(parts) else None

"""A bucket as a dictionary."""

from hashlib import sha256

from miaoban.ports import ObjectChangedError, RefusedError


class MemoryObjects:
    """Keeps objects by name; `put` returns the tag that an event would tell."""

    def __init__(self) -> None:
        self._objects: dict[str, tuple[str, bytes]] = {}

    def put(self, name: str, data: bytes, tag: str | None = None) -> str:
        """Put an object in the place of whatever has this name, and return its tag, of its content unless one is given."""
        given = tag or sha256(data).hexdigest()
        self._objects[name] = (given, data)
        return given

    def remove(self, name: str) -> None:
        """Remove an object."""
        del self._objects[name]

    def read(self, name: str, tag: str, start: int, end: int) -> bytes:
        """Read bytes of an object as it was when its tag was told; raises ObjectChangedError, RefusedError."""
        standing, data = self._objects.get(name, ("", b""))
        if standing != tag:
            raise ObjectChangedError("文件已被替换或删除，请重新上传")
        if start >= len(data):
            raise RefusedError("读取的起点在文件之外，请核对偏移")
        return data[start:end]

"""ClamAV's daemon as a scanner, over its own protocol.

Source: clamd(8), "INSTREAM": chunks of a length in four bytes, big-endian, and the data; a chunk of length zero ends the file.
"""

import socket
import time
from collections.abc import Iterable
from typing import Final

from miaoban.ports import UnavailableError

CONNECT_SECONDS: Final = 3.0
SECONDS: Final = 40.0
"""For one file, from connecting to the answer."""
LONGEST_ANSWER: Final = 4096


class ClamdScanner:
    """Scans files at one address (`host:port`); without one nothing can be scanned, and so nothing be read."""

    def __init__(self, address: str, seconds: float = SECONDS) -> None:
        self._address, self._seconds = address, seconds

    def scan(self, parts: Iterable[bytes]) -> str | None:
        """Scan a file; returns the malware's name, None when it is clean. Raises UnavailableError when it did not say."""
        host, _, port = self._address.rpartition(":")
        if not host or not port.isdigit():
            raise UnavailableError("没有配置查毒服务（ScannerAddress），文件暂时不能查验")
        deadline = time.monotonic() + self._seconds
        try:
            with socket.create_connection((host, int(port)), CONNECT_SECONDS) as line:
                answer = _asked(line, parts, deadline)
        except OSError as error:
            raise UnavailableError("查毒服务没有应答，稍后重试") from error
        return _verdict(answer)


def _asked(line: socket.socket, parts: Iterable[bytes], deadline: float) -> str:
    _say(line, b"zINSTREAM\0", deadline)
    for part in filter(None, parts):  # a length of zero would end the file
        _say(line, len(part).to_bytes(4, "big") + part, deadline)
    _say(line, bytes(4), deadline)
    answer = b""
    while not answer.endswith(b"\0") and len(answer) < LONGEST_ANSWER:
        line.settimeout(_left(deadline))
        more = line.recv(LONGEST_ANSWER)
        if not more:
            break
        answer += more
    return answer.rstrip(b"\0").decode("utf-8", "replace")


def _say(line: socket.socket, data: bytes, deadline: float) -> None:
    line.settimeout(_left(deadline))
    line.sendall(data)


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _verdict(answer: str) -> str | None:
    word = answer.removeprefix("stream: ")
    if word == "OK":
        return None
    name, _, found = word.rpartition(" ")
    if found == "FOUND" and name:
        return name
    raise UnavailableError("查毒服务没有给出结论，稍后重试")

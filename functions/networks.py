"""Names and networks: the gate that webhooks must pass, for the function that stores a URL and the one that posts to it."""

import socket
from collections.abc import Iterator
from ipaddress import ip_network
from typing import Annotated

from pydantic import BeforeValidator


def split(text: object) -> tuple[str, ...]:
    """Read CIDRs separated by commas; raises ValueError for one that is none, or has host bits set."""
    return tuple(str(ip_network(part.strip())) for part in str(text).split(",") if part.strip())


Networks = Annotated[tuple[str, ...], BeforeValidator(split)]
"""The setting WEBHOOK_NETWORKS: CIDRs separated by commas, empty for the open internet alone."""


def resolve(host: str, port: int) -> Iterator[str]:
    """Give the addresses of a host as the system's resolver finds them; raises OSError when there are none."""
    for *_, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP):
        yield str(address[0])

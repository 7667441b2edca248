"""Where a webhook may go: public addresses over https, and the networks that the operator has named; nothing else.

Whoever may store a URL could otherwise have this system call its own loopback, the cloud's metadata service or a
neighbour (server-side request forgery). The address that was checked is the address that is connected to, so a name
that resolves otherwise a moment later gains nothing (DNS rebinding). Source: OWASP SSRF Prevention Cheat Sheet;
IANA special-purpose address registries (RFC 6890).
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Final, NamedTuple
from urllib.parse import SplitResult, urlsplit

from miaoban.errors import FinalError

LONGEST: Final = 2048
PORTS: Final = frozenset({443, 8443})
DEFAULT_PORTS: Final = {"https": 443, "http": 80}

_PRINTABLE: Final = re.compile(r"[!-~]+")
# What Python's versions disagree on, and what carries an IPv4 address to a gateway that will unpack it.
_CLOSED: Final = tuple(
    ip_network(text)
    for text in (
        *("100.64.0.0/10", "192.0.0.0/24", "192.88.99.0/24", "198.18.0.0/15"),
        *("::/96", "64:ff9b::/96", "64:ff9b:1::/48", "2001::/23", "2002::/16", "5f00::/16", "fec0::/10"),
    )
)

Address = IPv4Address | IPv6Address
Resolve = Callable[[str, int], Iterable[str]]
"""Gives the addresses of a host and port as text; raises OSError when there are none."""


class DestinationError(FinalError):
    """Raised when a URL is no place to deliver to: its form, its scheme, its port, or an address that it resolves to."""

    code = "destination-refused"


class Target(NamedTuple):
    """Where to connect (`address`, `port`), and what to say there (`host` for TLS and HTTP, `path` with the query)."""

    secure: bool
    host: str
    port: int
    path: str
    address: str

    @property
    def authority(self) -> str:
        """The Host header: the port only where it is not the scheme's own."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == DEFAULT_PORTS["https" if self.secure else "http"] else f"{host}:{self.port}"


@dataclass(frozen=True)
class Gate:
    """Checks URLs: `resolve` asks the name service, `networks` are the CIDRs that are open although they are private."""

    resolve: Resolve
    networks: tuple[str, ...] = ()

    def target(self, url: str) -> Target:
        """Where a URL leads, at this moment; raises DestinationError. All of a name's addresses must be permitted."""
        parts = _parts(url)
        host, port = parts.hostname or "", parts.port or DEFAULT_PORTS[parts.scheme]
        addresses = self._addresses(host, port)
        inside = all(self._named(address) for address in addresses)
        if not inside and (parts.scheme != "https" or port not in PORTS):
            raise DestinationError("回调地址须为 https，端口须为 443 或 8443")
        if not all(self._named(address) or is_public(address) for address in addresses):
            raise DestinationError("回调地址指向内网、回环或保留地址，不予投递；如属政务外网，请联系运维登记网段")
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        return Target(parts.scheme == "https", host, port, path, str(addresses[0]))

    def _addresses(self, host: str, port: int) -> tuple[Address, ...]:
        try:
            found = tuple(dict.fromkeys(_unmapped(ip_address(text)) for text in self.resolve(host, port)))
        except (OSError, ValueError) as error:
            raise DestinationError("回调地址的主机名无法解析，请核对") from error
        if not found:
            raise DestinationError("回调地址的主机名没有对应的地址，请核对")
        return found

    def _named(self, address: Address) -> bool:
        networks = (ip_network(text) for text in self.networks)
        return any(address in network for network in networks if network.version == address.version)


def is_public(address: Address) -> bool:
    """Whether anybody on the internet reaches the same machine under this address."""
    special = address.is_multicast or address.is_reserved or address.is_link_local or address.is_private
    closed = any(address in network for network in _CLOSED if network.version == address.version)
    return address.is_global and not special and not closed


def _unmapped(address: Address) -> Address:
    """An IPv4 address in IPv6 clothes (::ffff:10.0.0.1) is what the system will connect to: the IPv4 address."""
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def _parts(url: str) -> SplitResult:
    if len(url) > LONGEST or not _PRINTABLE.fullmatch(url) or "\\" in url:
        raise DestinationError(f"回调地址至多 {LONGEST} 个字符，只能含可见 ASCII 字符（中文域名请用 xn-- 形式）")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise DestinationError("回调地址不是合法的 URL，请核对") from error
    if parts.scheme not in DEFAULT_PORTS or not parts.hostname or port == 0:
        raise DestinationError("回调地址须形如 https://主机/路径")
    if "@" in parts.netloc or parts.fragment:
        raise DestinationError("回调地址不能含用户名、密码或 # 片段")
    return parts

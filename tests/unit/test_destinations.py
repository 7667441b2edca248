"""Where a webhook may go: the form of a URL, the addresses behind a name, and what is connected to."""

import pytest

from functions.networks import split
from miaoban.operations.destinations import DestinationError, Gate, Target

PUBLIC = "203.0.114.10"


def gate(*addresses: str, networks: tuple[str, ...] = ()) -> Gate:
    return Gate(lambda _host, _port: addresses, networks)


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://hooks.example/x", "not encrypted"),
        ("ftp://hooks.example/x", "another protocol"),
        ("file:///etc/passwd", "no host"),
        ("gopher://hooks.example:443/x", "another protocol on a permitted port"),
        ("//hooks.example/x", "no scheme"),
        ("hooks.example", "no scheme and no host"),
        ("https:///x", "no host"),
        ("", "nothing"),
        ("https://user:pass@hooks.example/", "credentials do not belong in a URL"),
        ("https://@hooks.example/", "an empty user is one"),
        ("https://hooks.example/#part", "a fragment is not sent"),
        ("https://hooks.example:22/", "a port of another service"),
        ("https://hooks.example:80/", "a port of another service"),
        ("https://hooks.example:0/", "no port"),
        ("https://hooks.example:99999/", "beyond the ports"),
        ("https://hooks.example:https/", "a port is a number"),
        ("https://hooks.example\\@10.0.0.1/", "parsers disagree on a backslash"),
        ("https://hooks.example/a b", "a space would end the request line"),
        ("https://hooks.example/\r\nX-Evil: 1", "a line end would begin a header"),
        ("https://[::1/", "a broken literal"),
        ("https://粮食.example/", "names of other scripts come as xn--"),
        ("https://hooks.example/" + "a" * 2048, "too long"),
    ],
)
def test_a_url_that_is_no_destination(url: str, reason: str) -> None:
    with pytest.raises(DestinationError):
        gate(PUBLIC).target(url)
    assert reason


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("127.0.0.1", "loopback"),
        ("127.8.9.10", "all of 127/8 is loopback"),
        ("0.0.0.0", "this host"),  # noqa: S104  an address to refuse
        ("10.1.2.3", "private"),
        ("172.16.0.1", "private"),
        ("192.168.1.1", "private"),
        ("100.64.0.1", "carrier-grade NAT"),
        ("169.254.169.254", "the metadata service"),
        ("169.254.170.2", "the credentials of containers"),
        ("192.0.0.1", "IETF assignments"),
        ("192.0.2.1", "documentation"),
        ("192.88.99.1", "6to4 relays"),
        ("198.18.0.1", "benchmarks"),
        ("224.0.0.1", "multicast"),
        ("239.1.2.3", "multicast"),
        ("240.0.0.1", "reserved"),
        ("255.255.255.255", "broadcast"),
        ("::", "unspecified"),
        ("::1", "loopback"),
        ("::ffff:127.0.0.1", "loopback in IPv6 clothes"),
        ("::ffff:10.0.0.1", "private in IPv6 clothes"),
        ("::127.0.0.1", "the old form of the same"),
        ("64:ff9b::a00:1", "NAT64 would unpack 10.0.0.1"),
        ("64:ff9b:1::1", "local NAT64"),
        ("2002:a00:1::1", "6to4 would unpack 10.0.0.1"),
        ("2001:0:a00:1::1", "Teredo"),
        ("2001:db8::1", "documentation"),
        ("fc00::1", "unique local"),
        ("fd00:ec2::254", "the metadata service on IPv6"),
        ("fe80::1", "link-local"),
        ("fe80::1%eth0", "link-local with its interface"),
        ("fec0::1", "site-local"),
        ("ff02::1", "multicast"),
        ("not an address", "what a resolver never says"),
    ],
)
def test_an_address_that_is_refused(address: str, reason: str) -> None:
    with pytest.raises(DestinationError):
        gate(address).target("https://hooks.example/x")
    with pytest.raises(DestinationError):
        gate(PUBLIC, address).target("https://hooks.example/x")
    assert reason


@pytest.mark.parametrize(
    ("url", "addresses", "networks", "target", "reason"),
    [
        (
            "https://hooks.example",
            (PUBLIC,),
            (),
            Target(secure=True, host="hooks.example", port=443, path="/", address=PUBLIC),
            "the plain case",
        ),
        (
            "https://HOOKS.example:8443/a?b=c",
            (PUBLIC, "203.0.114.11"),
            (),
            Target(secure=True, host="hooks.example", port=8443, path="/a?b=c", address=PUBLIC),
            "the other port; the first of several addresses",
        ),
        (
            "https://hooks.example/",
            ("2400:3200::1",),
            (),
            Target(secure=True, host="hooks.example", port=443, path="/", address="2400:3200::1"),
            "IPv6",
        ),
        (
            "https://hooks.example/",
            (f"::ffff:{PUBLIC}",),
            (),
            Target(secure=True, host="hooks.example", port=443, path="/", address=PUBLIC),
            "mapped, and public: connected to as what it is",
        ),
        (
            "http://127.0.0.1:9000/hook",
            ("127.0.0.1",),
            ("127.0.0.0/8",),
            Target(secure=False, host="127.0.0.1", port=9000, path="/hook", address="127.0.0.1"),
            "the laptop: any port, not encrypted",
        ),
        (
            "http://exchange.ln.example/hook",
            ("10.20.0.8",),
            ("192.168.0.0/16", "10.20.0.0/16", "fd12::/16"),
            Target(secure=False, host="exchange.ln.example", port=80, path="/hook", address="10.20.0.8"),
            "the government extranet",
        ),
        (
            "https://exchange.ln.example:9443/hook",
            ("fd12::8",),
            ("10.20.0.0/16", "fd12::/16"),
            Target(secure=True, host="exchange.ln.example", port=9443, path="/hook", address="fd12::8"),
            "the same on IPv6",
        ),
    ],
)
def test_a_destination(url: str, addresses: tuple[str, ...], networks: tuple[str, ...], target: Target, reason: str) -> None:
    assert gate(*addresses, networks=networks).target(url) == target, reason


@pytest.mark.parametrize(
    ("url", "addresses", "reason"),
    [
        ("http://a.example/", (PUBLIC,), "naming a network opens nothing to the rest of the world"),
        ("http://a.example/", ("10.20.0.8", PUBLIC), "one address inside, one outside"),
        ("https://a.example/", ("10.21.0.8",), "a neighbour of the network that was named"),
        ("https://a.example/", ("10.20.0.8", "169.254.169.254"), "one address inside, one that is refused"),
        ("https://a.example:9000/", (PUBLIC,), "any port only inside"),
    ],
)
def test_a_named_network_opens_only_itself(url: str, addresses: tuple[str, ...], reason: str) -> None:
    with pytest.raises(DestinationError):
        gate(*addresses, networks=("10.20.0.0/16",)).target(url)
    assert reason


def test_a_name_that_moves_gains_nothing() -> None:
    answers = iter([("203.0.114.10",), ("127.0.0.1",)])
    moving = Gate(lambda _host, _port: next(answers))
    assert moving.target("https://rebind.example/").address == PUBLIC
    with pytest.raises(DestinationError):
        moving.target("https://rebind.example/")


def test_a_name_without_an_address() -> None:
    def unknown(_host: str, _port: int) -> tuple[str, ...]:
        raise OSError("no such name")

    for resolver in (unknown, lambda _host, _port: ()):
        with pytest.raises(DestinationError):
            Gate(resolver).target("https://nowhere.example/")


@pytest.mark.parametrize(
    ("target", "authority"),
    [
        (Target(secure=True, host="a.example", port=443, path="/", address=PUBLIC), "a.example"),
        (Target(secure=True, host="a.example", port=8443, path="/", address=PUBLIC), "a.example:8443"),
        (Target(secure=False, host="a.example", port=443, path="/", address=PUBLIC), "a.example:443"),
        (Target(secure=True, host="2400:3200::1", port=443, path="/", address="2400:3200::1"), "[2400:3200::1]"),
    ],
)
def test_the_host_header(target: Target, authority: str) -> None:
    assert target.authority == authority


def test_the_setting_of_networks() -> None:
    assert split("") == ()
    assert split("127.0.0.0/8, 10.20.0.0/16 ,fd12::/16") == ("127.0.0.0/8", "10.20.0.0/16", "fd12::/16")
    for wrong in ("10.20.0.1/16", "intranet", "10.20.0.0/33"):
        with pytest.raises(ValueError, match=r"\w"):
            split(wrong)

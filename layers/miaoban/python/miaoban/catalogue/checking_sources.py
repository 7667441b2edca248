"""Checking sources: how one is come by, who may use it and how long it counts agree, and what its rules name is there."""

from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Callable
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from miaoban.catalogue.asking import Asking
from miaoban.catalogue.checking_quality import check_quality
from miaoban.catalogue.demands import require
from miaoban.catalogue.source import Access, Purpose, Sharing, Source

_P256: Final = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d03010703420004")
_SM2: Final = bytes.fromhex("3059301306072a8648ce3d020106082a811ccf5501822d03420004")
_KEY_BYTES: Final = 91
"""An uncompressed point of either curve as SubjectPublicKeyInfo (RFC 5480; GB/T 35276)."""


def check_source(file: str, source: Source) -> None:
    """Raise CatalogueError for the first thing in a source that contradicts another."""
    for check in _CHECKS:
        check(file, source)


def _check_contact(file: str, source: Source) -> None:
    reachable = source.contact.phone or source.contact.email
    require(reachable, file, "contact 至少要有 phone 或者 email，请补上", "contact")


def _check_sharing(file: str, source: Source) -> None:
    grounded = source.sharing is not Sharing.CONDITIONAL or source.basis
    require(grounded, file, "sharing 是 conditional（有条件共享）时要写 basis，请写明共享所依据的法律和条款", "sharing")


def _check_access(file: str, source: Source) -> None:
    asked = source.access is not Access.REGISTRY
    require(source.asking or not asked, file, f"access 是 {source.access} 时要写 asking（怎样询问），请补上", "access")
    sentence = "access 是 registry（部门推送）时不询问，请删去 asking，或者改正 access"
    require(asked or not source.asking, file, sentence, "asking")
    sentence = "access 不是 registry 时 absence 只能是 unknown：没有问到的，不等于没有，请改正"
    require(not asked or source.absence == "unknown", file, sentence, "absence")
    if source.asking:
        _check_asking(file, source.access, source.asking)


def _check_asking(file: str, access: Access, asking: Asking) -> None:
    http, endpoint = access is Access.HTTP, asking.endpoint
    require(endpoint or not http, file, "access 是 http 时 asking 要写 endpoint（https 地址），请补上", "asking")
    sentence = "access 是 queue 时没有 endpoint，请删除，或者改正 access"
    require(http or not endpoint, file, sentence, "asking", "endpoint")
    sentence = "asking.endpoint 应当是 https:// 开头的完整地址（只有内网 IP 可以用 http://），不带用户名、片段和空白，请改正"
    require(not endpoint or _is_address(endpoint), file, sentence, "asking", "endpoint")
    sentence = "asking.public_key 应当是 P-256 或者 SM2 公钥（SPKI 的 base64，一行），请核对"
    require(not asking.public_key or _is_key(asking.public_key), file, sentence, "asking", "public_key")


def _is_address(text: str) -> bool:
    try:
        found = urlsplit(text)
        host = found.hostname or ""
        secure = found.scheme == "https" or (found.scheme == "http" and _is_inside(host))
        whole = secure and host and found.port != 0
    except ValueError:
        return False
    plain = text.isascii() and text.isprintable() and " " not in text
    return plain and bool(whole) and not (found.username or found.fragment)


def _is_inside(host: str) -> bool:
    """Whether a host is an address of a private network, where nothing but the operator's own gate opens the way."""
    try:
        return ip_address(host).is_private
    except ValueError:
        return False


def _is_key(text: str) -> bool:
    try:
        data = b64decode(text, validate=True)
    except (Base64Error, ValueError):
        return False
    return len(data) == _KEY_BYTES and data.startswith((_P256, _SM2))


def _check_freshness(file: str, source: Source) -> None:
    again = source.freshness.ask_again
    sentence = "access 是 registry（部门推送）时没有 freshness.ask_again，请删除"
    require(again is None or source.asking, file, sentence, "freshness", "ask_again")
    sentence = "freshness.ask_again 不能比 decide 长：过期的数据会一直不再询问，请改短"
    right = source.fresh_for[Purpose.ASK_AGAIN] <= source.fresh_for[Purpose.DECIDE]
    require(right, file, sentence, "freshness", "ask_again")


def _check_keys(file: str, source: Source) -> None:
    for code, kind in source.kinds.items():
        loose = [key for key in kind.key if key not in kind.fields or not kind.fields[key].required]
        sentence = f"{code} 的 key {'、'.join(loose)} 应当是必填字段，请核对"
        require(kind.key and not loose, file, sentence, "kinds", code, "key")


_CHECKS: Final[tuple[Callable[[str, Source], None], ...]] = (
    _check_contact,
    _check_sharing,
    _check_access,
    _check_freshness,
    _check_keys,
    check_quality,
)

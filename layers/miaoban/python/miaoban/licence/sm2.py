"""Verifying SM2 signatures (GB/T 32918.2) with the curve of GB/T 32918.5 and SM3 (GB/T 32905).

Verification handles public values only, so plain integers are safe here. Signing is KMS's work and is not in this module.
"""

from cryptography.hazmat.primitives.hashes import SM3, Hash

P = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF
A = P - 3
B = 0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93
N = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
GENERATOR = (
    0x32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7,
    0xBC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0,
)
DEFAULT_ID = b"1234567812345678"
POINT_LENGTH = 64

Point = tuple[int, int]
Jacobian = tuple[int, int, int]


def point_of(spki: bytes) -> Point:
    """The public point at the end of a DER SubjectPublicKeyInfo (uncompressed, 04 || x || y)."""
    raw = spki[-POINT_LENGTH:]
    return int.from_bytes(raw[:32]), int.from_bytes(raw[32:])


def verify(public: Point, message: bytes, r: int, s: int, identity: bytes = DEFAULT_ID) -> bool:
    """Whether (r, s) is the signature of the message; steps B1 to B7 of GB/T 32918.2, 7.1."""
    if not (0 < r < N and 0 < s < N and on_curve(public)):
        return False
    t = (r + s) % N
    if t == 0:
        return False
    point = _affine(_add(_times(s, (*GENERATOR, 1)), _times(t, (*public, 1))))
    return point is not None and (digest(public, message, identity) + point[0]) % N == r


def digest(public: Point, message: bytes, identity: bytes = DEFAULT_ID) -> int:
    """The number e that is signed: SM3 over Z and the message."""
    values = (A, B, *GENERATOR, *public)
    head = (8 * len(identity)).to_bytes(2) + identity + b"".join(value.to_bytes(32) for value in values)
    return int.from_bytes(_sm3(_sm3(head) + message))


def on_curve(point: Point) -> bool:
    """Whether a point lies on the curve."""
    x, y = point
    return 0 <= x < P and 0 <= y < P and (y * y - (x * x * x + A * x + B)) % P == 0


def _sm3(content: bytes) -> bytes:
    sm3 = Hash(SM3())  # not every OpenSSL of a Lambda image has SM3; this one comes along
    sm3.update(content)
    return sm3.finalize()


def _double(point: Jacobian) -> Jacobian:
    x, y, z = point
    if z == 0:
        return point
    square = y * y % P
    slope = 3 * (x - z * z) * (x + z * z) % P
    four_xs = 4 * x * square % P
    x3 = (slope * slope - 2 * four_xs) % P
    return x3, (slope * (four_xs - x3) - 8 * square * square) % P, 2 * y * z % P


def _add(one: Jacobian, other: Jacobian) -> Jacobian:
    if one[2] == 0 or other[2] == 0:
        return other if one[2] == 0 else one
    (x1, y1, z1), (x2, y2, z2) = one, other
    u1, u2 = x1 * z2 * z2 % P, x2 * z1 * z1 % P
    s1, s2 = y1 * z2 * z2 * z2 % P, y2 * z1 * z1 * z1 % P
    if u1 == u2:
        return _double(one) if s1 == s2 else (1, 1, 0)
    h, rise = (u2 - u1) % P, (s2 - s1) % P
    h2, h3 = h * h % P, h * h * h % P
    x3 = (rise * rise - h3 - 2 * u1 * h2) % P
    return x3, (rise * (u1 * h2 - x3) - s1 * h3) % P, h * z1 * z2 % P


def _times(factor: int, point: Jacobian) -> Jacobian:
    total: Jacobian = (1, 1, 0)
    for bit in f"{factor:b}":
        total = _double(total)
        if bit == "1":
            total = _add(total, point)
    return total


def _affine(point: Jacobian) -> Point | None:
    x, y, z = point
    if z == 0:
        return None
    inverse = pow(z, -1, P)
    return x * inverse * inverse % P, y * inverse * inverse * inverse % P

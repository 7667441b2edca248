from typing import TYPE_CHECKING, NamedTuple, Protocol

import pytest

from miaoban.aws.objects import S3Objects
from miaoban.memory import MemoryObjects
from miaoban.ports import ObjectChangedError, Objects, RefusedError
from tests.contract.resources import connect

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

NAME = "imports/示例 +1.jsonl"
DATA = "粮食\n收购\n".encode() * 1000


class Keeper(Protocol):
    """Puts and removes objects in a test's bucket."""

    def put(self, name: str, data: bytes) -> str:
        """Put an object and return its tag."""

    def remove(self, name: str) -> None:
        """Remove an object."""


class Bucket(NamedTuple):
    """The port, and the means to fill what it reads."""

    objects: Objects
    keeper: Keeper


class S3Keeper:
    def __init__(self, client: "S3Client", bucket: str) -> None:
        self._client, self._bucket = client, bucket

    def put(self, name: str, data: bytes) -> str:
        return self._client.put_object(Bucket=self._bucket, Key=name, Body=data)["ETag"].strip('"')

    def remove(self, name: str) -> None:
        self._client.delete_object(Bucket=self._bucket, Key=name)


@pytest.fixture
def bucket(place: str, partition: str) -> Bucket:
    if place == "memory":
        fake = MemoryObjects()
        return Bucket(fake, fake)
    client: S3Client = connect("s3", place)
    name = partition[-36:]
    client.create_bucket(Bucket=name)
    return Bucket(S3Objects(name, client), S3Keeper(client, name))


RANGES = [
    (0, 1, "one byte"),
    (0, len(DATA), "all"),
    (3, 8, "bytes, not characters"),
    (len(DATA) - 1, len(DATA), "the last"),
    (len(DATA) - 2, len(DATA) + 100, "fewer where it ends"),
]


@pytest.mark.parametrize(("start", "end", "reason"), RANGES)
def test_bytes_are_read_by_range(bucket: Bucket, start: int, end: int, reason: str) -> None:
    tag = bucket.keeper.put(NAME, DATA)
    assert bucket.objects.read(NAME, tag, start, end) == DATA[start:end], reason


@pytest.mark.parametrize("start", [len(DATA), len(DATA) + 1])
def test_what_begins_outside_is_refused(bucket: Bucket, start: int) -> None:
    tag = bucket.keeper.put(NAME, DATA)
    with pytest.raises(RefusedError):
        bucket.objects.read(NAME, tag, start, start + 10)


def test_an_object_that_was_replaced_is_another(bucket: Bucket) -> None:
    tag = bucket.keeper.put(NAME, DATA)
    newer = bucket.keeper.put(NAME, DATA + b"more")
    with pytest.raises(ObjectChangedError):
        bucket.objects.read(NAME, tag, 0, 10)
    assert bucket.objects.read(NAME, newer, 0, 6) == DATA[:6]


def test_the_same_content_again_is_the_same_object(bucket: Bucket) -> None:
    tag = bucket.keeper.put(NAME, DATA)
    assert bucket.keeper.put(NAME, DATA) == tag
    assert bucket.objects.read(NAME, tag, 0, 6) == DATA[:6]


def test_an_object_that_was_removed_is_gone(bucket: Bucket) -> None:
    tag = bucket.keeper.put(NAME, DATA)
    bucket.keeper.remove(NAME)
    with pytest.raises(ObjectChangedError):
        bucket.objects.read(NAME, tag, 0, 10)


def test_an_object_that_never_was_is_gone(bucket: Bucket) -> None:
    with pytest.raises(ObjectChangedError):
        bucket.objects.read("imports/nobody", "0" * 32, 0, 10)

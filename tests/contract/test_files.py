"""Files: links for what was announced, copies of what was told, removal; the fake and S3 on ministack."""

from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

import httpx
import pytest

from miaoban.aws.files import S3Files
from miaoban.aws.objects import patient
from miaoban.memory import MemoryFiles
from miaoban.ports import Files, ObjectChangedError, Terms
from tests.contract.resources import connect

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

NAME, TO = "incoming/holder/0", "held/holder/0/1"
DATA = "%PDF-1.7 租赁合同".encode()
TERMS = Terms("application/pdf", len(DATA), sha256(DATA).hexdigest())
PATIENT = patient()
SOON = timedelta(minutes=5)


class Bucket(NamedTuple):
    """The port, the client that stands behind it if there is one, and the bucket's name."""

    files: Files
    client: "S3Client | None"
    name: str

    def put(self, data: bytes) -> str:
        """Put an object and return its tag."""
        if self.client is None:
            assert isinstance(self.files, MemoryFiles)
            return self.files.put(NAME, data)
        return self.client.put_object(Bucket=self.name, Key=NAME, Body=data)["ETag"].strip('"')


@pytest.fixture
def bucket(place: str, partition: str) -> Bucket:
    name = partition[-36:]
    if place == "memory":
        return Bucket(MemoryFiles(), None, name)
    client: S3Client = connect("s3", place, PATIENT)
    client.create_bucket(Bucket=name)
    return Bucket(S3Files(name, client), client, name)


def test_a_copy_is_of_what_was_told(bucket: Bucket) -> None:
    tag = bucket.put(DATA)
    bucket.files.copy(NAME, tag, TO)
    assert bucket.files.read(TO, bucket_tag(bucket, TO), 0, 100) == DATA


def test_what_was_replaced_or_is_gone_is_not_copied(bucket: Bucket) -> None:
    tag = bucket.put(DATA)
    bucket.put(DATA + b"more")
    with pytest.raises(ObjectChangedError):
        bucket.files.copy(NAME, tag, TO)
    bucket.files.remove(NAME)
    with pytest.raises(ObjectChangedError):
        bucket.files.copy(NAME, tag, TO)


def test_what_is_gone_is_removed(bucket: Bucket) -> None:
    tag = bucket.put(DATA)
    bucket.files.remove(NAME)
    bucket.files.remove(NAME)
    with pytest.raises(ObjectChangedError):
        bucket.files.read(NAME, tag, 0, 1)


def test_a_link_says_what_may_be_sent(bucket: Bucket) -> None:
    signed = bucket.files.sign_put(NAME, TERMS, SOON)
    assert NAME in signed.url
    assert signed.headers["content-type"] == TERMS.type


def test_links_work_by_themselves(bucket: Bucket) -> None:
    if bucket.client is None:
        assert bucket.files.sign_get(NAME, TERMS.type, SOON).startswith("memory:"), "a fake has nobody who would follow it"
        return
    signed = bucket.files.sign_put(NAME, TERMS, SOON)
    assert httpx.put(signed.url, content=DATA, headers=signed.headers).is_success
    answer = httpx.get(bucket.files.sign_get(NAME, TERMS.type, SOON))
    assert answer.content == DATA
    assert answer.headers["content-disposition"] == "attachment", "it is saved, not shown: what is in it may be a page"
    assert answer.headers["content-type"] == "application/pdf"


def test_a_link_is_bound_to_size_type_and_digest(bucket: Bucket) -> None:
    url = bucket.files.sign_put(NAME, TERMS, SOON).url
    if bucket.client is not None:
        signed = httpx.URL(url).params["X-Amz-SignedHeaders"].split(";")
        assert {"content-length", "content-type", "x-amz-checksum-sha256"} <= set(signed)


def bucket_tag(bucket: Bucket, name: str) -> str:
    if bucket.client is None:
        return sha256(DATA).hexdigest()
    return bucket.client.head_object(Bucket=bucket.name, Key=name)["ETag"].strip('"')

"""Objects in an S3 bucket, read by range with botocore's own client: off the hot path, it may cost what it costs."""

from functools import cached_property
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError, HTTPClientError

from miaoban.aws.failures import translated
from miaoban.aws.lines import CONNECT_SECONDS, session
from miaoban.errors import MiaobanError
from miaoban.ports import ObjectChangedError, RefusedError, UnavailableError

if TYPE_CHECKING:
    from botocore.config import Config
    from mypy_boto3_s3 import S3Client

READ_SECONDS = 10
ATTEMPTS = 3

_CHANGED = frozenset({"PreconditionFailed", "NoSuchKey", "404", "412"})
_OUTSIDE = frozenset({"InvalidRange", "416"})


class S3Objects:
    """Reads the objects of one bucket. Needs the right GetObject."""

    def __init__(self, bucket: str, client: "S3Client | None" = None) -> None:
        self._bucket = bucket
        self._given = client

    def read(self, name: str, tag: str, start: int, end: int) -> bytes:
        """Read bytes of an object as it was when its tag was told; raises ObjectChangedError, RefusedError, UnavailableError.

        Without the right ListBucket, S3 calls a missing object forbidden; that stays botocore's error, for it may be one.
        """
        where: Any = {"Bucket": self._bucket, "Key": name, "IfMatch": f'"{tag}"', "Range": f"bytes={start}-{end - 1}"}
        with translated("GetObject"):
            try:
                return self._s3.get_object(**where)["Body"].read()
            except ClientError as error:
                known = failure(error)
                if known is None:
                    raise
                raise known from error
            except (HTTPClientError, OSError) as error:
                raise UnavailableError("GetObject 没有读完，请稍后重试") from error

    @cached_property
    def _s3(self) -> "S3Client":
        return self._given or session().create_client("s3", config=patient())  # type: ignore[return-value]


def patient() -> "Config":
    """How a client waits, tries again and signs: links are signed as all regions take them."""
    from botocore.config import Config  # noqa: PLC0415  only who reads objects pays

    return Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        retries={"total_max_attempts": ATTEMPTS},
        signature_version="s3v4",
    )


def failure(error: ClientError) -> MiaobanError | None:
    """The port's error for what S3 answers, or None if `translated` knows better."""
    code = error.response["Error"].get("Code", "")
    if code in _CHANGED:
        return ObjectChangedError("文件已被替换或删除，请重新上传")
    return RefusedError("读取的起点在文件之外，请核对偏移") if code in _OUTSIDE else None

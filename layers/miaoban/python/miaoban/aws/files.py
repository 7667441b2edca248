"""People's files in an S3 bucket: links signed for one upload or one reading, and what is moved once it is scanned.

A link carries the rights of the function that signed it, and the bucket takes no other size, type or digest than it says.
"""

import base64
from datetime import timedelta

from botocore.exceptions import ClientError

from miaoban.aws.failures import translated
from miaoban.aws.objects import S3Objects, failure
from miaoban.ports import Signed, Terms


class S3Files(S3Objects):
    """The files of one bucket. Needs PutObject and GetObject where it signs for them, and DeleteObject to remove."""

    def sign_put(self, name: str, terms: Terms, lasts: timedelta) -> Signed:
        """Sign a link to upload exactly what the terms say."""
        checksum = base64.b64encode(bytes.fromhex(terms.sha256)).decode()
        told = {"ContentType": terms.type, "ContentLength": terms.size, "ChecksumSHA256": checksum}
        where = {"Bucket": self._bucket, "Key": name, **told}
        seconds = int(lasts.total_seconds())
        url = self._s3.generate_presigned_url("put_object", Params=where, ExpiresIn=seconds)
        headers = {"content-type": terms.type, "content-length": str(terms.size), "x-amz-checksum-sha256": checksum}
        return Signed(url, headers)

    def sign_get(self, name: str, type_: str, lasts: timedelta) -> str:
        """Sign a link to read a file, which is answered as of a type, to be saved and not shown in place."""
        where = {
            "Bucket": self._bucket,
            "Key": name,
            "ResponseContentType": type_,
            "ResponseContentDisposition": "attachment",
            "ResponseCacheControl": "no-store",
        }
        return self._s3.generate_presigned_url("get_object", Params=where, ExpiresIn=int(lasts.total_seconds()))

    def copy(self, name: str, tag: str, to: str) -> None:
        """Copy an object as it was when its tag was told; raises ObjectChangedError, UnavailableError."""
        with translated("CopyObject"):
            try:
                self._s3.copy_object(
                    Bucket=self._bucket,
                    Key=to,
                    CopySource={"Bucket": self._bucket, "Key": name},
                    CopySourceIfMatch=f'"{tag}"',
                )
            except ClientError as error:
                known = failure(error)
                if known is None:
                    raise
                raise known from error

    def remove(self, name: str) -> None:
        """Remove an object; one that is gone is removed. Raises UnavailableError."""
        with translated("DeleteObject"):
            self._s3.delete_object(Bucket=self._bucket, Key=name)

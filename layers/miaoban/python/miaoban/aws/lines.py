"""The line to a service: where it is, who signs, and the connections that are kept. All of it is botocore's and urllib3's."""

import os
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from botocore.exceptions import NoCredentialsError, NoRegionError

if TYPE_CHECKING:
    from botocore.session import Session
    from urllib3.connectionpool import HTTPConnectionPool

CONNECT_SECONDS = 1
READ_SECONDS = 3
CONNECTIONS = 10
SUFFIXES = {"aws": "amazonaws.com", "aws-cn": "amazonaws.com.cn"}
"""Where the partitions are that this project is for."""


@dataclass(frozen=True)
class Line:
    """A way to one service: its address, its kept connections, and what signatures need."""

    service: str
    endpoint: str
    region: str
    credentials: Any
    pool: "HTTPConnectionPool"

    def signed(self, target: str, content_type: str, body: bytes) -> dict[str, str]:
        """The headers of a request, with its signature."""
        from botocore.auth import SigV4Auth  # noqa: PLC0415  100 ms: only who calls pays
        from botocore.awsrequest import AWSRequest  # noqa: PLC0415  as above

        headers = {"Content-Type": content_type, "X-Amz-Target": target}
        request = AWSRequest("POST", f"{self.endpoint}/", headers=headers, data=body)
        SigV4Auth(self.credentials.get_frozen_credentials(), self.service, self.region).add_auth(request)
        return dict(request.headers.items())


@cache
def session() -> "Session":
    """The process's session: region, credentials and endpoints as the environment says."""
    from botocore.session import get_session  # noqa: PLC0415  200 ms: only who calls pays

    return get_session()


def connected(service: str, session: "Session", endpoint: str | None = None) -> Line:
    """The line to a service; raises botocore's NoRegionError or NoCredentialsError when the environment says neither."""
    region, credentials = session.get_config_variable("region"), session.get_credentials()
    if region is None:
        raise NoRegionError
    if credentials is None:
        raise NoCredentialsError
    address = (endpoint or _configured(service) or _regional(service, session, region)).rstrip("/")
    return Line(service, address, region, credentials, _pool(address, session))


def _configured(service: str) -> str | None:
    """The endpoint that the environment sets, for this service or for all."""
    return os.environ.get(f"AWS_ENDPOINT_URL_{service.upper()}") or os.environ.get("AWS_ENDPOINT_URL")


def _regional(service: str, session: "Session", region: str) -> str:
    return f"https://{service}.{region}.{SUFFIXES[session.get_partition_for_region(region)]}"


def _pool(endpoint: str, session: "Session") -> "HTTPConnectionPool":
    from botocore.httpsession import get_cert_path  # noqa: PLC0415  only who calls pays
    from urllib3 import Timeout, connection_from_url  # noqa: PLC0415  as above

    timeout = Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS)
    settings: dict[str, Any] = {"maxsize": CONNECTIONS, "timeout": timeout, "retries": False}
    if endpoint.startswith("https:"):
        settings |= {
            "cert_reqs": "CERT_REQUIRED",
            "ca_certs": session.get_config_variable("ca_bundle") or get_cert_path(verify=True),
        }
    return connection_from_url(endpoint, **settings)

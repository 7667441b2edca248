"""The vault whose root key is one secret in Secrets Manager, read once a process."""

from functools import cached_property
from typing import TYPE_CHECKING

from miaoban.aws import clients
from miaoban.aws.failures import translated
from miaoban.sealing import Sealer

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient


class SecretVault:
    """Pseudonyms and sealed texts under a secret's text, by its name or ARN. Needs the right GetSecretValue."""

    def __init__(self, secret: str, client: "SecretsManagerClient | None" = None) -> None:
        self._secret = secret
        self._given = client

    @cached_property
    def _sealer(self) -> Sealer:
        client = self._given or clients.secrets()
        with translated("GetSecretValue"):
            return Sealer(client.get_secret_value(SecretId=self._secret).get("SecretString", ""))

    def pseudonym(self, kind: str, number: str) -> str:
        """Return the keyed hash of a kind and number; raises PseudonymError if either is empty."""
        return self._sealer.pseudonym(kind, number)

    def seal(self, text: str) -> str:
        """Encrypt a text for storage."""
        return self._sealer.seal(text)

    def unseal(self, sealed: str) -> str:
        """Decrypt what `seal` made; raises SealError when it was altered or made under another root."""
        return self._sealer.unseal(sealed)

"""The vault whose root key is one secret in Secrets Manager, read once a process."""

from functools import cached_property

from miaoban.aws.calling import SECRETS, Caller, service
from miaoban.aws.failures import translated
from miaoban.sealing import Sealer


class SecretVault:
    """Pseudonyms and sealed texts under a secret's text, by its name or ARN. Needs the right GetSecretValue."""

    def __init__(self, secret: str, caller: Caller | None = None) -> None:
        self._secret = secret
        self._secrets = caller or service(SECRETS)

    @cached_property
    def _sealer(self) -> Sealer:
        with translated("GetSecretValue"):
            return Sealer(self._secrets.call("GetSecretValue", {"SecretId": self._secret}).get("SecretString", ""))

    def pseudonym(self, kind: str, number: str) -> str:
        """Return the keyed hash of a kind and number; raises PseudonymError if either is empty."""
        return self._sealer.pseudonym(kind, number)

    def seal(self, text: str) -> str:
        """Encrypt a text for storage."""
        return self._sealer.seal(text)

    def unseal(self, sealed: str) -> str:
        """Decrypt what `seal` made; raises SealError when it was altered or made under another root."""
        return self._sealer.unseal(sealed)

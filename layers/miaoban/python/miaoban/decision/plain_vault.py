"""The vault of examples, in which nobody is real."""

from hashlib import sha256


class PlainVault:
    """Pseudonyms of made-up people: nothing here is secret, and nothing is kept."""

    def pseudonym(self, kind: str, number: str) -> str:
        """Equal for equal numbers, as everywhere."""
        return sha256(f"{kind}|{number}".encode()).hexdigest()[:32]

    def seal(self, text: str) -> str:
        """Nothing of an example is ever given back."""
        return f"sealed {len(text)}"

    def unseal(self, sealed: str) -> str:
        """Refuse: what was not kept cannot be given back."""
        raise LookupError(sealed)


VAULT = PlainVault()

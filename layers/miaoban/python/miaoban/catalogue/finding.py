"""Findings: what stands against a release, each one sentence that names file, place and cure, with a stable code."""

from miaoban.errors import MiaobanError
from miaoban.models import Frozen


class Finding(Frozen):
    """One thing that refuses a release."""

    code: str
    says: str

    @classmethod
    def of(cls, error: MiaobanError) -> "Finding":
        """The finding that an error of ours tells."""
        return cls(code=error.code, says=str(error))

"""The errors of deciding."""

from miaoban.errors import FinalError


class ReceiptError(FinalError):
    """Raised when a receipt file is not a receipt, or its matter's digest is not the one it names."""

    code = "receipt-invalid"

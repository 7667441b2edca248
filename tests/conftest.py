"""What every test shares."""

LONGEST_ID = 40


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name long texts by their argument: tokens and signatures are new in every process, and workers compare test ids."""
    return argname if isinstance(val, (str, bytes)) and len(val) > LONGEST_ID else None

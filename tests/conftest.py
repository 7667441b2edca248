"""What every test shares."""

import gc

LONGEST_ID = 40

# Editions and tables of cases stay for the whole run: looking for garbage among them again and again finds none.
gc.set_threshold(50_000, 20, 100)


def pytest_collection_finish() -> None:
    """Keep what the modules made out of the garbage collector's sight."""
    gc.freeze()


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name long texts by their argument: tokens and signatures are new in every process, and workers compare test ids."""
    return argname if isinstance(val, (str, bytes)) and len(val) > LONGEST_ID else None

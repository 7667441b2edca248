"""Where the guide items of the catalogue lie, their shelves (indexes), and the imports that bring them.

catalogue  ENTRIES#<region> <code>   SHELVES <region>   SHELF#<region> PART#<n>
           IMPORTS <import>   CHUNKS#<import> <n>   LINES#<import> <chunk>#<offset>
"""

from miaoban.storage import Key, Table

MATTERS = "MATTERS"
SHELVES = "SHELVES"
IMPORTS = "IMPORTS"


def entry(code: str) -> Key:
    """A guide item; its code of 31 or 33 characters says under which region it lies, so the code alone finds it."""
    return Key(Table.CATALOGUE, entries(region_of(code)), code)


def region_of(code: str) -> str:
    """The region that a code of 31 or 33 characters names: that of its organ."""
    return code[2:8]


def entries(region: str) -> str:
    """The partition of all guide items whose codes name a region."""
    return f"ENTRIES#{region}"


def shelf(region: str) -> Key:
    """What a region's shelf is like now."""
    return Key(Table.CATALOGUE, SHELVES, region)


def shelf_part(region: str, number: int) -> Key:
    """A part of a region's shelf."""
    return Key(Table.CATALOGUE, f"SHELF#{region}", f"PART#{number:04}")


def imported(import_id: str) -> Key:
    """An import."""
    return Key(Table.CATALOGUE, IMPORTS, import_id)


def chunk(import_id: str, number: int) -> Key:
    """How far a chunk of an import is."""
    return Key(Table.CATALOGUE, chunks(import_id), f"{number:06}")


def chunks(import_id: str) -> str:
    """The partition of an import's chunks."""
    return f"CHUNKS#{import_id}"


def line(import_id: str, number: int, offset: int) -> Key:
    """A line of an import's chunk that could not be taken, by its offset in the file."""
    return Key(Table.CATALOGUE, lines(import_id), f"{number:06}#{offset:012}")


def lines(import_id: str) -> str:
    """The partition of the lines of an import that could not be taken."""
    return f"LINES#{import_id}"

"""Loads guide items: a file that was uploaded is planned in chunks, chunks are read and written, shelves made again."""

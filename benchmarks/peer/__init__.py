"""The usual build of one grain purchase filing (FastAPI, SQLAlchemy, PostgreSQL), to measure Miaoban against."""

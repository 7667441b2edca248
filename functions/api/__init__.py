"""The HTTP face: one module an audience, wired by the root's app.py."""

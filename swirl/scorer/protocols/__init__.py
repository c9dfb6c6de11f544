"""The forms in which callers may send rows: one module each, from body to body."""

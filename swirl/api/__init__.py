"""The kinds of `swirl.dev`, as pydantic models: the one source of `crds/` and of client types."""

"""Namespaces that analytics run in: what they need is there because they have a label."""

"""Typed rules: a small subset of CEL, parsed and checked when loaded, so that no rule fails when it runs."""

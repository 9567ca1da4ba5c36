"""Signing in and out, for those who work here."""

"""Plays examples of a service in a transaction that is rolled back."""

"""Hashes of tokens and visitors' cookies: what the database keeps instead of the secret."""

import hashlib


def hashed(secret: str) -> str:
    """Return the hash that is kept of a long random secret."""
    return hashlib.sha256(secret.encode()).hexdigest()

"""Hashes of links' and tokens' secrets and visitors' cookies: what the database keeps instead of them."""

import hashlib


def hashed(secret: str) -> str:
    """Return the hash that is kept of a long random secret; 256 random bits need no slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()

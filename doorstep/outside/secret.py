"""Hashes of links' and tokens' secrets and visitors' cookies: what the database keeps instead of them."""

import hashlib

from django.conf import settings
from django.utils.crypto import salted_hmac


def hashed(secret: str) -> str:
    """Return the hash that is kept of a long random secret; 256 random bits need no slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()


def derived(purpose: str, key: str) -> str:
    """Return a secret made from a key, the same each time, as 64 hexadecimal digits.

    It rests on LINKS_KEY, so that a new SECRET_KEY breaks no link that was sent before.
    """
    digest = salted_hmac(f"doorstep.{purpose}", key, secret=settings.LINKS_KEY, algorithm="sha256")
    return digest.hexdigest()

"""What is sealed: readable and changeable by us alone, while it lies in a database or travels through a browser."""

import base64

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.utils.crypto import salted_hmac


def _keys(purpose: str) -> MultiFernet:
    """Return the keys of a purpose: sealed by LINKS_KEY, which stays when SECRET_KEY changes, opened by those before it too."""
    secrets = [settings.LINKS_KEY, settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    digests = [
        salted_hmac(f"doorstep.sealed.{purpose}", "", secret=secret, algorithm="sha256").digest()
        for secret in secrets
    ]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(digest)) for digest in digests])


def seal(purpose: str, text: str) -> str:
    """Return a text sealed for one purpose."""
    return _keys(purpose).encrypt(text.encode()).decode()


def unseal(purpose: str, sealed: str, seconds: int | None = None) -> str | None:
    """Return a text that was sealed for this purpose, in the last `seconds` where they are given; nothing for any other."""
    try:
        return _keys(purpose).decrypt(sealed.encode(), ttl=seconds).decode()
    except InvalidToken:
        return None

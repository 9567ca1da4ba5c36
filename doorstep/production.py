"""What must be set before Doorstep serves a council: a demo's habit that went along would open it to strangers.

`wrong` says all of it at once, a sentence each. There is no switch that leaves it out.
"""

from collections.abc import Mapping
from urllib.parse import urlsplit

# What the demo's own key begins with, and its own connectors.
DEMO_KEY, DEMO_CONNECTORS = "demo-only-", "doorstep.connectors.demo."
LEAST_LETTERS, LEAST_DIFFERENT = 50, 5


def wrong(given: Mapping[str, str], *, root: bool) -> list[str]:
    """Return what keeps a production from starting with an environment: which setting, and what to do."""
    key, carrier = given.get("SECRET_KEY", ""), given.get("DOORSTEP_MESSENGER", "")
    hosts = [host.strip() for host in given.get("ALLOWED_HOSTS", "").split(",")]
    found = {
        "DATABASE_URL must be set; name the council's PostgreSQL.": not given.get("DATABASE_URL"),
        "SECRET_KEY must be 50 random characters or more, and not the demo's; make one with"
        " `openssl rand -base64 48`.": not _is_key(key),
        "DOORSTEP_MESSENGER must be a connector that reaches people, not the demo's files; name one,"
        " such as doorstep.connectors.smtp.SmtpMessenger.": not carrier or _is_demos(carrier),
        "DOORSTEP_TEXTS must be a connector that reaches people, not the demo's files; name another,"
        " or unset it.": _is_demos(given.get("DOORSTEP_TEXTS", "")),
        "DOORSTEP_COUNCIL must be set; name the council's folder under councils/.": not given.get(
            "DOORSTEP_COUNCIL"
        ),
        "BASE_ADDRESS must begin with https:// and name the host that residents reach.": not _is_https(
            given.get("BASE_ADDRESS", "")
        ),
        "ALLOWED_HOSTS must be set; name every host that this answers to.": not any(hosts),
        "ALLOWED_HOSTS must name hosts one by one; take out `*` and what begins with a point.": any(
            host == "*" or host.startswith(".") for host in hosts
        ),
        "LINKS_KEY and each of SECRET_KEY_FALLBACKS must be as long and as random as SECRET_KEY.": not all(
            map(_is_key, _other_keys(given))
        ),
        "GOVUK_PAY_URL must begin with https://, or be left out.": bool(given.get("GOVUK_PAY_URL"))
        and not _is_https(given["GOVUK_PAY_URL"]),
        "OIDC_ISSUER must begin with https://, with OIDC_CLIENT and OIDC_SECRET beside it; or be left out.": not _is_sign_in(
            given
        ),
        "Doorstep must not run as root; start it as a user of its own, such as `doorstep`.": root,
    }
    return [sentence for sentence, holds in found.items() if holds]


def _is_key(key: str) -> bool:
    long = len(key) >= LEAST_LETTERS and len(set(key)) >= LEAST_DIFFERENT
    return long and not key.startswith(DEMO_KEY)


def _other_keys(given: Mapping[str, str]) -> list[str]:
    named = [given.get("LINKS_KEY", ""), *given.get("SECRET_KEY_FALLBACKS", "").split(",")]
    return [key for key in named if key]


def _is_demos(connector: str) -> bool:
    return connector.startswith(DEMO_CONNECTORS)


def _is_sign_in(given: Mapping[str, str]) -> bool:
    """Say whether the council's own sign-in is set whole, or not at all."""
    issuer = given.get("OIDC_ISSUER", "")
    has_key = bool(given.get("OIDC_CLIENT") and given.get("OIDC_SECRET"))
    return not issuer or _is_https(issuer) and has_key


def _is_https(address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme == "https" and bool(parts.hostname)


def sentences(said: list[str]) -> str:
    """Return what is wrong as what a person reads who tried to start it."""
    points = "".join(f"\n  - {sentence}" for sentence in said)
    return f"It does not start for a council like this (docs/how-to/run.md); DOORSTEP_DEMO=1 is for the demo:{points}"

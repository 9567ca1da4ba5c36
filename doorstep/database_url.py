"""Reads DATABASE_URL as PostgreSQL's own programs do: several hosts, and every option; nothing is dropped."""

import os
import re
from collections.abc import Mapping
from typing import Any

from psycopg import ProgrammingError, pq
from psycopg.conninfo import conninfo_to_dict

# A server that is silent, not gone, is given up after these: seconds, but milliseconds for data that nobody confirms.
DEFAULTS = {
    "connect_timeout": "3",
    "tcp_user_timeout": "5000",
    "keepalives": "1",
    "keepalives_idle": "5",
    "keepalives_interval": "2",
    "keepalives_count": "3",
}
_LOCKS = "-c lock_timeout=10s"
# Of a session that serves: who waits for a lock, or holds one and says no more, ends.
SERVING = f"{_LOCKS} -c idle_in_transaction_session_timeout=15s"
# Values go apart from their statement, which a connection that has run it twice keeps prepared: its plan is made once.
PREPARED: Mapping[str, Any] = {"server_side_binding": True, "prepare_threshold": 2}
# Of a command, such as a migration: it may think between two statements for as long as it needs.
COMMAND = _LOCKS
WHOLE_NUMBERS = ("port", *DEFAULTS)
LAST_PORT = 65535
_TLS = ("", "TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3")
_YES_NO = ("0", "1")
# What libpq takes for options that take one of a few words.
WORDS = {
    "sslmode": ("disable", "allow", "prefer", "require", "verify-ca", "verify-full"),
    "sslnegotiation": ("postgres", "direct"),
    "sslcertmode": ("disable", "allow", "require"),
    "sslsni": _YES_NO,
    "sslcompression": _YES_NO,
    "ssl_min_protocol_version": _TLS,
    "ssl_max_protocol_version": _TLS,
    "gssencmode": ("disable", "prefer", "require"),
    "gssdelegation": _YES_NO,
    "channel_binding": ("disable", "prefer", "require"),
    "load_balance_hosts": ("disable", "random"),
    "target_session_attrs": (
        "any",
        "read-write",
        "read-only",
        "primary",
        "standby",
        "prefer-standby",
    ),
}


class WrongUrl(ValueError):
    """A DATABASE_URL cannot be taken; the sentence says why and holds no password."""


def parts(url: str) -> dict[str, str]:
    """Return what a DATABASE_URL says, by libpq's names; raises WrongUrl."""
    try:
        given = {name: str(value) for name, value in conninfo_to_dict(url).items()}
    except ProgrammingError as exc:
        raise WrongUrl(_why(str(exc))) from None  # its words may hold the password
    for name in WHOLE_NUMBERS:
        if not all(n.isdecimal() or not n for n in given.get(name, "").split(",")):
            raise WrongUrl(f"DATABASE_URL: {name} must be a whole number.")
    _check_values(given)
    if given.get("client_encoding", "UTF8").upper().replace("-", "") != "UTF8":
        raise WrongUrl("DATABASE_URL: client_encoding is always UTF8; leave it out.")
    return given if "service" in given else {"dbname": "doorstep", **given}


def _check_values(given: Mapping[str, str]) -> None:
    """Refuse what libpq or the server would refuse at each connection, for ever; raises WrongUrl."""
    for name, words in WORDS.items():
        plain = [word.casefold() for word in words] if words is _TLS else words
        value = given.get(name, plain[-1])
        if (value.casefold() if words is _TLS else value) not in plain:
            known = ", ".join(filter(None, words))
            raise WrongUrl(f"DATABASE_URL: {name} must be one of {known}.")
    for port in filter(None, given.get("port", "").split(",")):
        if not 1 <= int(port) <= LAST_PORT:
            raise WrongUrl(f"DATABASE_URL: port must be from 1 to {LAST_PORT}.")
    if not _sets_values(given.get("options", "")):
        raise WrongUrl("DATABASE_URL: each -c in options must be followed by name=value.")


def _sets_values(options: str) -> bool:
    """Say whether each setting among the server's options (`-c name=value`, `--name=value`) has a value."""
    joined = re.sub(r"(^|\s)-c\s+", r"\1-c", options)
    settings = re.findall(r"(?:^|\s)(?:-c|--)(\S*)", joined)
    return all(re.match(r"[A-Za-z_][\w.-]*=", setting) for setting in settings)


def _why(words: str) -> str:
    if words.startswith("invalid URI query parameter:"):
        name = words.split('"')[1]
        return f"DATABASE_URL: PostgreSQL knows no option {name!r}; see docs/how-to/run.md."
    return (
        "DATABASE_URL cannot be read; write postgres://NAME:PASSWORD@HOST:PORT/DATABASE,"
        " and %20 and the like for characters that have a meaning in addresses."
    )


def variables() -> dict[str, str]:
    """Return the environment's variable for each of libpq's options that has one."""
    options = pq.Conninfo.get_defaults()
    return {o.keyword.decode(): o.envvar.decode() for o in options if o.envvar}


def settings(url: str) -> dict[str, Any]:
    """Return Django's settings for a DATABASE_URL, with our own limits where it says nothing; raises WrongUrl."""
    given, named = parts(url), variables()
    ours = {**DEFAULTS, "options": SERVING}
    left = {k: v for k, v in ours.items() if named.get(k, "") not in os.environ}
    return {
        "ENGINE": "doorstep.outside.postgres",
        "NAME": given.pop("dbname", ""),
        "USER": given.pop("user", ""),
        "PASSWORD": given.pop("password", ""),
        "HOST": given.pop("host", ""),
        "PORT": given.pop("port", ""),
        "OPTIONS": {**left, **PREPARED, **given},
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }


def for_a_command(database: Mapping[str, Any]) -> dict[str, Any]:
    """Return the same settings for a command that someone waits for; what the address says stays."""
    options = dict(database["OPTIONS"])
    if options.get("options") == SERVING:
        options["options"] = COMMAND
    return {**database, "OPTIONS": options}

"""A worker waits for its database before it begins, loaded and ready, so that work goes on soon after it is back."""

import time

import django
from django.db import OperationalError, connection

TRY_EVERY_SECONDS = 0.5


def for_database() -> None:
    """Return once the database answers; meanwhile anything that ends a process ends this one."""
    django.setup()
    from doorstep.outside import away

    voice = away.Voice()
    while (error := _met()) is not None:
        if voice.is_due():
            voice.say(error)
        time.sleep(TRY_EVERY_SECONDS)


def _met() -> OperationalError | None:
    """Return what a try to connect meets; nothing once the database answers."""
    try:
        connection.ensure_connection()
    except OperationalError as exc:
        return exc
    finally:
        connection.close()
    return None

"""A worker waits for its database before it begins, loaded and ready, so that work goes on soon after it is back."""

import time

import django
import structlog
from django.db import OperationalError, connection

TRY_EVERY_SECONDS = 0.5
log = structlog.get_logger("doorstep.outside")


def for_database() -> None:
    """Return once the database answers; meanwhile anything that ends a process ends this one."""
    django.setup()
    is_said = False
    while not _answers():
        if not is_said:
            log.warning("waits_for_database")
        is_said = True
        time.sleep(TRY_EVERY_SECONDS)


def _answers() -> bool:
    try:
        connection.ensure_connection()
    except OperationalError:
        return False
    finally:
        connection.close()
    return True

"""Holds who stands behind whom as it is while something is done that hangs on it."""

from django.db import connection


def one_at_a_time() -> None:
    """Wait until nobody else joins or parts cases, so that two who do it crosswise make no ring."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtext('doorstep.reports.joining'))")

"""A worker's own connections: they outlast a database that is away, and say which work still beats.

The library ends a worker on the first lost connection, and its heartbeat names no queue: a sweeper that lives would
hide that nobody sends messages.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import procrastinate
import psycopg
from procrastinate import sql
from procrastinate.contrib.django.utils import connector_params
from procrastinate.exceptions import ConnectorException
from procrastinate.psycopg_connector import PsycopgConnector

from doorstep.outside import away
from doorstep.outside.queries import KINDS

# All that wait in this process have one voice.
voice = away.Voice()
# The library waits half a minute for a connection, and tries anew later and later, up to minutes.
WAIT_SECONDS, TRY_AGAIN_SECONDS = 1, 2
LOOK_AGAIN_SECONDS = 0.5
# Whoever is told to stop does not wait for a database that is away; the next worker tidies up.
LAST_WORDS = "unregister_worker"
BEAT = """
insert into outside_beat (queue, at) select queue, now() from unnest(%(names)s::text[]) as queue
on conflict (queue) do update set at = now()
"""


class Connector(PsycopgConnector):
    """The library's own, which tries again while the database is away, and notes that someone works in its queues."""

    _names: list[str] | None = None

    async def execute_query_one_async(self, query: Any, **arguments: Any) -> Any:
        """Run a statement; the first that looks for work says in which queues."""
        if query == sql.queries["fetch_job"] and self._names is None:
            # In order, so that two workers never wait for each other.
            self._names = sorted(arguments["queues"] or KINDS)
            await self.execute_query_async(BEAT, names=self._names)
        return await _answered(query, lambda: self._one(query, arguments))

    async def execute_query_async(self, query: Any, **arguments: Any) -> None:
        """Run a statement; with the library's heartbeat goes ours."""
        await _answered(query, lambda: self._none(query, arguments))
        if query == sql.queries["update_heartbeat"] and self._names:
            await self.execute_query_async(BEAT, names=self._names)

    async def execute_query_all_async(self, query: Any, **arguments: Any) -> Any:
        """Run a statement."""
        return await _answered(query, lambda: self._all(query, arguments))

    async def listen_notify(self, on_notification: Any, channels: Any) -> None:
        """Listen, again after each loss."""
        listen = super().listen_notify
        await _answered("listen", lambda: listen(on_notification, channels))

    async def _one(self, query: Any, arguments: dict[str, Any]) -> Any:
        return await super().execute_query_one_async(query, **arguments)

    async def _none(self, query: Any, arguments: dict[str, Any]) -> None:
        await super().execute_query_async(query, **arguments)

    async def _all(self, query: Any, arguments: dict[str, Any]) -> Any:
        return await super().execute_query_all_async(query, **arguments)


async def _answered(query: str, act: Callable[[], Awaitable[Any]]) -> Any:
    """Do something as often as it takes until the database answers.

    What it did before it was lost may be done again: a job is fetched anew by the sweeper's work, and one that is
    finished already is refused by the database.
    """
    while True:
        try:
            return await act()
        except ConnectorException as exc:
            if not isinstance(exc.__cause__, psycopg.OperationalError):
                raise
            if query == sql.queries[LAST_WORDS]:
                raise
            if voice.is_due():
                await asyncio.to_thread(_say, exc.__cause__)
        await asyncio.sleep(LOOK_AGAIN_SECONDS)


def _say(error: BaseException) -> None:
    """Say why there is no connection: who waited for one in vain knows that alone, so we try one ourselves."""
    own = {"connect_timeout": 3, **connector_params("default")}
    voice.say(away.met(lambda: psycopg.connect(**own)) or error)


def _connector() -> Connector:
    return Connector(
        kwargs=connector_params("default"),
        timeout=WAIT_SECONDS,
        reconnect_timeout=TRY_AGAIN_SECONDS,
    )


def prepare(app: procrastinate.App) -> None:
    """Give each worker our connections; called by the library once its app stands."""
    app.connector.get_worker_connector = _connector  # type: ignore[attr-defined]

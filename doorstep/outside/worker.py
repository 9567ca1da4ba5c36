"""A worker's own connections: they give up soon on a database that is away, and say which work still beats.

The library's heartbeat names no queue, so a sweeper that lives would hide that nobody sends messages.
"""

from typing import Any

import procrastinate
from procrastinate import sql
from procrastinate.contrib.django.utils import connector_params
from procrastinate.psycopg_connector import PsycopgConnector

from doorstep.outside.queries import KINDS

# A worker whose database is away ends, and the next waits for it: it need not wait half a minute to end.
GIVE_UP_SECONDS = 5
# The library tries again later and later, up to minutes; each try anew comes within this.
TRY_AGAIN_SECONDS = 2
BEAT = """
insert into outside_beat (queue, at) select queue, now() from unnest(%(names)s::text[]) as queue
on conflict (queue) do update set at = now()
"""


class Connector(PsycopgConnector):
    """The library's own, which notes for each of its queues that someone looks for work there."""

    _names: list[str] | None = None

    async def execute_query_one_async(self, query: Any, **arguments: Any) -> dict[str, Any]:
        """Run a statement; the first that looks for work says in which queues."""
        if query == sql.queries["fetch_job"] and self._names is None:
            self._names = list(arguments["queues"] or KINDS)
            await self._beat()
        row: dict[str, Any] = await super().execute_query_one_async(query, **arguments)
        return row

    async def execute_query_async(self, query: Any, **arguments: Any) -> None:
        """Run a statement; with the library's heartbeat goes ours."""
        await super().execute_query_async(query, **arguments)
        if query == sql.queries["update_heartbeat"] and self._names:
            await self._beat()

    async def _beat(self) -> None:
        # In order, so that two workers never wait for each other.
        async with self.pool.connection() as connection:
            await connection.execute(BEAT, {"names": sorted(self._names or [])})


def _connector() -> Connector:
    return Connector(
        kwargs=connector_params("default"),
        timeout=GIVE_UP_SECONDS,
        reconnect_timeout=TRY_AGAIN_SECONDS,
    )


def prepare(app: procrastinate.App) -> None:
    """Give each worker our connections; called by the library once its app stands."""
    app.connector.get_worker_connector = _connector  # type: ignore[attr-defined]

"""What Django calls a database backend."""

import select

from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's own, but a kept connection is looked at without a statement."""

    def is_usable(self) -> bool:
        """Say whether a connection that rested still stands.

        A server that went away has said so or closed its end, and either can be read: nothing is
        to be read from a connection at rest. Asking with `SELECT 1` cost each page a statement.
        """
        if self.connection is None or self.connection.closed:
            return False
        readable, _, _ = select.select([self.connection.fileno()], [], [], 0)
        return not readable

"""Indexes that a migration makes while everybody goes on writing: for tables that grow. Such a migration is not `atomic`."""

from typing import Any

from django.contrib.postgres.operations import AddIndexConcurrently


class AddIndexBeside(AddIndexConcurrently):
    """Makes an index without locking its table; run again, it makes anew what broke off."""

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        """Make the index."""
        # What a broken migration leaves behind is there by its name, and serves nobody.
        name = schema_editor.quote_name(self.index.name)
        schema_editor.execute(f"drop index concurrently if exists {name}")
        super().database_forwards(app_label, schema_editor, from_state, to_state)

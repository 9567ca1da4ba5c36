"""Real parts: the embedded PostgreSQL, started or found before Django reads its settings."""

import os
import tempfile

from doorstep.cli.embedded import ensure

os.environ.setdefault("DOORSTEP_DATA", tempfile.mkdtemp(prefix="doorstep-test-"))
ensure()

"""Write every page's text and tags to a folder, so that a change of templates can be held against what was.

    make pages OUT=/tmp/before     # at the commit one begins from
    make pages OUT=/tmp/after      # after the change
    diff -r /tmp/before /tmp/after # empty: no reader sees anything else

It makes the demo council in a scratch database, at a fixed moment, and walks it as visitor, resident
and each role: every link, every form (empty, wrong, filled in), what comes by e-mail, in both
languages. What differs each time (references, tokens, ids) is replaced. `--lines` also says which
lines of templates were never reached. To look at an older checkout, run this file in its folder:
`PYTHONPATH=. .venv/bin/python …/tools/page_texts.py before`.
"""

import argparse
import io
import os
import random
import re
import secrets
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

from page_walk import Walker, walk

# A Wednesday in term; what the walk plans for later lies within the demo's calendars.
NOW = datetime(2026, 10, 14, 9, 30, tzinfo=UTC)
KEY, SECRET = "api_test_standin", "whsec-of-the-stand-in"


# All that is needed of the project stands here: commands, settings, and the stand-in that takes payments.


@contextmanager
def installation() -> Iterator[Any]:
    """Make the demo council in a scratch folder at a fixed moment; give the stand-in for GOV.UK Pay."""
    from standins.govuk_pay.app import StandIn

    till = StandIn(key=KEY, secret=SECRET, hook="")
    with (
        tempfile.TemporaryDirectory(prefix="doorstep-pages-") as data,
        make_server("127.0.0.1", 0, till, handler_class=_Quiet) as server,
    ):
        os.environ |= {
            "DOORSTEP_DATA": data,
            "DOORSTEP_HOME": data,
            "DOORSTEP_DEMO": "1",
            "DJANGO_SETTINGS_MODULE": "doorstep.settings",
            "GOVUK_PAY_URL": f"http://127.0.0.1:{server.server_port}",
            "GOVUK_PAY_KEY": KEY,
            "GOVUK_PAY_SIGNING_SECRET": SECRET,
        }
        Thread(target=server.serve_forever, daemon=True).start()
        from doorstep.cli.embedded import ensure

        ensure()
        import django

        django.setup()
        from django.core.management import call_command
        from django.db import connections
        from django.test.utils import setup_databases, teardown_databases
        from django.utils import timezone

        timezone.now = lambda: NOW + timedelta(milliseconds=100 * Walker.seen)
        secrets.choice = random.Random(7).choice  # references, which some lists are sorted by
        connections.databases["default"]["TEST"]["NAME"] = "doorstep_pages"
        made = setup_databases(verbosity=0, interactive=False)
        for name in ("services", "councils"):
            shutil.copytree(name, Path(data) / name)
        call_command("demo", stdout=io.StringIO())
        _newer(Path(data) / "services" / "complaint" / "service.yaml")
        yield till
        server.shutdown()
        with connections[
            "default"
        ].cursor() as cursor:  # threads of the queue left connections open
            cursor.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where datname = current_database() and pid <> pg_backend_pid()"
            )
        teardown_databases(made, verbosity=0)


def _newer(service: Path) -> None:
    """Make the library's folder newer than the version that runs, for a designer to publish."""
    service.write_text(re.sub(r"(?m)^(retention_days: *)\d+", r"\g<1>77", service.read_text()))


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


def queue() -> None:
    """Do what is due in the queue."""
    from django.core.management import call_command

    call_command("procrastinate", "worker", "--one-shot")


class Templates:
    """Which templates were rendered, and which of their lines."""

    def __init__(self, lines: bool) -> None:
        from django.template import engines

        engine: Any = engines["jinja2"]
        self.environment, self.folders = engine.env, [Path(d) for d in engine.template_dirs]
        self.used: set[str] = set()
        self.reached: set[tuple[str, int]] = set()
        get = self.environment.get_template
        self.environment.get_template = lambda name, *a, **k: self._get(get, name, *a, **k)
        if lines:
            sys.settrace(self._trace)

    def _get(self, get: Callable[..., Any], name: Any, *args: Any, **options: Any) -> Any:
        self.used.add(str(name))
        return get(name, *args, **options)

    def _trace(self, frame: Any, event: str, _arg: object) -> Any:
        if not frame.f_code.co_filename.endswith(".html"):
            return None
        self.reached.add((frame.f_code.co_filename, frame.f_lineno))
        return self._trace

    def report(self, lines: bool) -> None:
        """Print the templates, and the lines, that no page came to."""
        sys.settrace(None)
        for folder in self.folders:
            for path in sorted(folder.rglob("*.html")):
                name = str(path.relative_to(folder))
                if name not in self.used:
                    print(f"never rendered: {name}")
                elif lines:
                    template = self.environment.get_template(name)
                    known = {line for line, _compiled in template.debug_info}
                    reached = {
                        template.get_corresponding_lineno(line)
                        for file, line in self.reached
                        if file == template.filename
                    }
                    left = sorted(known - reached)
                    print(f"{name}: lines never reached: {left}") if left else None


def main() -> None:
    """Walk everything, and say what was never rendered."""
    reader = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    reader.add_argument("folder", type=Path, help="where the pages are written")
    reader.add_argument("--lines", action="store_true", help="say which lines were never reached")
    asked = reader.parse_args()
    with installation() as till:
        templates = Templates(asked.lines)
        walk(asked.folder, till, queue)
        templates.report(asked.lines)
    broken = [p for p in asked.folder.rglob("*.txt") if p.read_text().startswith("500")]
    print(
        f"{sum(1 for _ in asked.folder.rglob('*.txt'))} pages; broken: {sorted(map(str, broken))}"
    )


if __name__ == "__main__":
    main()

"""A new version is brought out in the middle of a load: old and new code together, and nobody notices.

As docs/how-to/run.md says: migrate (expanding only), start the new, turn the traffic, stop the old.
"""

import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.faults.checker import wrong
from tests.faults.clients import Client, Diary, all_at_once, finish, report
from tests.faults.installation import ROOT, Installation, free_port
from tests.patience import until
from tests.size import size

LATER = """from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("cases", "{last}")]
    operations = [
        migrations.RunSQL("alter table cases_case add column brought_later text not null default ''"),
        migrations.RunSQL("create index brought_later on cases_case (brought_later)"),
    ]
"""


def next_version(folder: Path) -> Path:
    """Return a copy of this code as its next version: one migration more, and it says so at /healthz."""
    for name in ("doorstep", "services", "councils", "locale", "static-built", "tests"):
        shutil.copytree(ROOT / name, folder / name)
    migrations = folder / "doorstep" / "cases" / "migrations"
    last = max(p.stem for p in migrations.glob("0*.py"))
    (migrations / "9999_brought_later.py").write_text(LATER.replace("{last}", last))
    operations = folder / "doorstep" / "web" / "operations" / "views.py"
    operations.write_text(operations.read_text().replace('"ok"', '"next"'))
    return folder


def test_old_and_new_code_together_in_the_middle_of_a_load(place: Installation) -> None:
    place.fill(size(150, 2000))
    old = [place.start("web"), place.start("worker")]
    new, port, diary = next_version(place.folder / "next"), free_port(), Diary()
    over = threading.Event()

    def acts() -> Iterator[Callable[[], None]]:
        for n, (u, b) in enumerate(place.bins):
            if over.is_set():
                return
            email = f"c{n}@resident.example"
            yield lambda u=u, b=b, e=email: report(lambda: place.port, diary, u, b, e)

    load = all_at_once(acts(), clients=size(1, 2))
    until(lambda: diary.told)
    place.start("web", port=port, code=new)
    early = Client(lambda: port, Diary())._once("GET", "/readyz", "", {})
    assert early[0] == 503 and "migrations" in early[1]
    place.call("doorstep.cli.main", "migrate", "-v", "0", code=new)
    assert Client(lambda: port, Diary()).ask("GET", "/readyz")[0] == 200
    place.start("worker", code=new)
    together = len(diary.told)
    # Old and new take from one queue, old web writes to the new tables.
    until(lambda: len(diary.told) > together + 5)
    place.port, turned = port, len(diary.told)
    until(lambda: len(diary.told) > turned + 5)
    for process in old:
        process.terminate()
    for process in old:
        process.wait(40)
    alone = len(diary.told)
    soon = "the load was over too soon: this test shows nothing"
    until(lambda: len(diary.told) > alone + 5, what=lambda: soon)
    over.set()
    finish(load)
    place.wait_until_drained()
    assert Client(lambda: port, Diary()).ask("GET", "/healthz")[1] == "next"
    assert diary.failures.total() == 0, dict(diary.failures)
    assert wrong(place, diary) == []

"""Services at the desk: versions, what the library would change, and publishing after a rehearsal."""

from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob as QueueJob

from doorstep.cases.models import Case
from doorstep.catalogue import actions as publishing
from doorstep.catalogue import queries as catalogue
from doorstep.catalogue.models import Version
from doorstep.outside import later, sweeper
from doorstep.rehearsal import actions as rehearsal
from doorstep.rehearsal.models import Publishing
from doorstep.staff.actor import Actor
from tests.form_client import FormClient
from tests.patience import until
from tests.people import signed_in
from tests.publishing import few_examples
from tests.queue import run_queue
from tests.signing import signs_in

DESIGNER = Actor("staff", "designer", "designer")
NEWER = "/desk/services/missed-bin/newer"

ENGLISH, CHANGED = 'again: {en: "Choose another bin"', 'again: {en: "Choose again"'


def edit(home: Path, old: str, new: str, file: str = "form.yaml") -> None:
    path = home / "services" / "missed-bin" / file
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new, 1))


def page(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, answer.status_code
    return str(answer.content.decode())


def held(slug: str = "missed-bin") -> str:
    return catalogue.of_folder(catalogue.folder_of(slug))[0].digest


def running() -> str:
    found = catalogue.current("missed-bin")
    assert found
    return found.digest


def ask(now: Any) -> Publishing:
    return rehearsal.ask_to_publish(slug="missed-bin", digest=held(), by=DESIGNER, now=now)


def test_each_version_shows_its_cases_and_which_one_runs(home: Path, district: Any) -> None:
    district.case(0)
    Case.objects.update(closed_at=district.now, outcome="collected")
    district.case(1)
    district.case(2)
    edit(home, ENGLISH, CHANGED)
    service, contents = catalogue.of_folder(catalogue.folder_of("missed-bin"))
    publishing.played(service=service, examples=1, now=district.now)
    publishing.publish(contents=contents, now=district.now, by=DESIGNER)
    seen = page(signed_in("manager"), "/desk/services")
    new, old = seen.split("<tr")[2:4]
    assert service.digest[:8] in new and "Running" in new and "designer" in new
    assert district.service.digest[:8] in old and "Running" not in old
    assert [c.split("<")[0] for c in old.split('--numeric">')[1:]] == ["2", "1"]
    assert "Newer version in the library" not in seen


def test_the_page_counts_every_versions_cases_in_one_statement(
    home: Path, district: Any, django_assert_max_num_queries: Any
) -> None:
    client = signed_in("officer")
    page(client, "/desk/services")
    with django_assert_max_num_queries(8):
        page(client, "/desk/services")


def test_a_newer_version_is_offered_with_what_it_would_change(home: Path, district: Any) -> None:
    client = signed_in("officer")
    assert "are the same" in page(client, NEWER)
    edit(home, ENGLISH, CHANGED)
    assert NEWER in page(client, "/desk/services")
    seen = page(client, NEWER)
    assert "again was “Choose another bin”, would be “Choose again”" in seen
    assert "+    again: {en: &#34;Choose again&#34;" in seen
    assert "Play its examples" not in seen and "designer or an administrator" in seen
    assert "Play its examples" in page(signed_in("designer"), NEWER)
    assert client.post("/desk/services/missed-bin/publish").status_code == 403
    assert client.get("/desk/services/nowhere/newer").status_code == 404


def test_a_folder_with_a_mistake_says_where_and_cannot_be_published(
    home: Path, district: Any
) -> None:
    edit(home, "size(open) > 0", "size(opn) > 0")
    client = signed_in("designer")
    seen = page(client, NEWER)
    assert "services/missed-bin/form.yaml:" in seen and "opn" in seen
    assert "Play its examples" not in seen
    answer = client.post("/desk/services/missed-bin/publish", {"digest": "x"})
    assert "now has mistakes" in answer.content.decode()
    path = home / "services" / "missed-bin" / "form.yaml"
    path.write_bytes(b"pages: \xff")
    assert "cannot be read" in page(client, "/desk/services")
    assert "not UTF-8" in page(client, NEWER)
    assert not Publishing.objects.exists()


def test_what_is_published_is_what_was_looked_at(home: Path, district: Any) -> None:
    edit(home, ENGLISH, CHANGED)
    client, seen = signed_in("designer"), held()
    edit(home, CHANGED, 'again: {en: "Choose once more"')
    answer = client.post("/desk/services/missed-bin/publish", {"digest": seen})
    assert "has changed since" in answer.content.decode()
    edit(home, 'again: {en: "Choose once more"', ENGLISH)
    answer = client.post("/desk/services/missed-bin/publish", {"digest": held()})
    assert "already running" in answer.content.decode()
    assert not Publishing.objects.exists()


def test_all_examples_come_out_and_it_is_published(home: Path, district: Any) -> None:
    edit(home, ENGLISH, CHANGED)
    few = few_examples(home, "missed-bin")
    client, new = signed_in("designer"), held()
    there = client.post("/desk/services/missed-bin/publish", {"digest": new})["Location"]
    answer = client.get(there)
    assert f"0 of {few} examples" in answer.content.decode() and answer["Refresh"] == "2"
    assert "Refresh" not in client.get(f"{there}?still=1")
    wish = Publishing.objects.get()
    Publishing.objects.update(played=5, state="playing")
    assert f"5 of {few} examples" in page(client, there)
    assert "are being played" in page(client, NEWER)
    rehearsal.play_and_publish(publishing_id=wish.pk, now=district.now)
    answer = client.get(there)
    assert "Published" in answer.content.decode() and "Refresh" not in answer
    assert running() == new
    assert Version.objects.get(digest=new).published_by == "designer"
    assert Case.objects.count() == 0


def test_examples_that_differ_are_listed_and_nothing_is_published(
    home: Path, district: Any
) -> None:
    edit(home, "size(open) > 0", "size(open) > 1")
    few_examples(home, "missed-bin", "Already reported wins over too late")
    client = signed_in("designer")
    there = client.post("/desk/services/missed-bin/publish", {"digest": held()})["Location"]
    wish = Publishing.objects.get()
    rehearsal.play_and_publish(publishing_id=wish.pk, now=district.now)
    seen = page(client, there)
    assert "Not published: examples differ" in seen
    assert "Already reported wins over too late" in seen and "wanted reported, came" in seen
    assert running() == district.service.digest
    again = client.post("/desk/services/missed-bin/publish", {"digest": held()})["Location"]
    assert again != there  # what ended does not hold up a new try


def test_a_wish_that_ended_is_not_carried_out_again(home: Path, district: Any) -> None:
    edit(home, ENGLISH, CHANGED)
    wish = ask(district.now)
    rehearsal.give_up_publishing(publishing_id=wish.pk, now=district.now)
    rehearsal.play_and_publish(publishing_id=wish.pk, now=district.now)
    wish.refresh_from_db()
    assert (wish.state, wish.played) == ("failed", 0)
    assert running() == district.service.digest
    there = f"/desk/services/missed-bin/publishing/{wish.pk}"
    assert "could not be played" in page(signed_in("designer"), there)


def test_a_run_that_was_overtaken_stops(
    home: Path, district: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    edit(home, ENGLISH, CHANGED)
    wish, played = ask(district.now), []
    whole = rehearsal.play_each

    def overtaken(*given: Any) -> Iterator[rehearsal.Report]:
        for report in whole(*given):
            played.append(report)
            if len(played) == 3:
                Publishing.objects.update(run=99)
            yield report

    monkeypatch.setattr(rehearsal, "play_each", overtaken)
    rehearsal.play_and_publish(publishing_id=wish.pk, now=district.now)
    assert len(played) == 3 and running() == district.service.digest


def test_what_was_lost_by_the_queue_is_played_after_all(home: Path, district: Any) -> None:
    edit(home, ENGLISH, CHANGED)
    ask(district.now)
    QueueJob.objects.all()._raw_delete("default")
    later.reconcile()
    assert not QueueJob.objects.exists()
    Publishing.objects.update(progress_at=district.now - later.timedelta(minutes=11))
    later.reconcile()
    later.reconcile()
    assert QueueJob.objects.filter(task_name="rehearsal.play").count() == 1


def test_a_designer_comes_to_the_services_and_sees_no_case(district: Any) -> None:
    client = FormClient()
    answer = client.get(signs_in(client, "designer")["Location"], follow=True)
    assert answer.redirect_chain[-1][0] == "/desk/services"
    assert "Worklist" not in answer.content.decode()
    case = district.case(0)
    assert client.get(f"/desk/cases/{case.reference}").status_code == 403


@pytest.mark.django_db(transaction=True)
def test_two_people_pressing_at_once_are_shown_the_same_play(
    home: Path, open_district: Any
) -> None:
    edit(home, ENGLISH, CHANGED)
    made: list[int] = []

    def press() -> None:
        try:
            made.append(ask(open_district.now).pk)
        finally:
            connection.close()

    threads = [Thread(target=press) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 4 and len(set(made)) == 1
    assert QueueJob.objects.filter(task_name="rehearsal.play").count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_play_in_the_queue_leaves_nothing_but_the_new_version(
    home: Path, open_district: Any
) -> None:
    edit(home, ENGLISH, CHANGED)
    few_examples(home, "missed-bin")
    wish = ask(open_district.now)
    run_queue()
    assert running() == wish.digest
    left = QueueJob.objects.exclude(task_name__startswith="sys.")
    assert [(j.task_name, j.status) for j in left] == [("rehearsal.play", "succeeded")]


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_while_playing_is_made_good(
    home: Path, open_district: Any, worker: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    edit(home, ENGLISH, CHANGED)
    few_examples(home, "missed-bin", most=12)
    wish, dying = ask(open_district.now), worker()
    mine = Publishing.objects.filter(pk=wish.pk)
    until(lambda: mine.get().played >= 2)
    dying.kill()
    dying.wait()
    assert mine.get().state == "playing" and running() == open_district.service.digest
    worker()
    monkeypatch.setattr(sweeper, "DEAD_AFTER_SECONDS", 0)
    sweeper.sweep()
    until(lambda: mine.get().ended_at is not None)
    assert (mine.get().state, mine.get().run) == ("published", 2)
    assert running() == wish.digest

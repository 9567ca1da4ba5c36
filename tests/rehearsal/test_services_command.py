"""`doorstep services`: compare, export and import, and what each says when something is wrong."""

import io
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from doorstep.catalogue import queries as catalogue
from doorstep.catalogue.models import Played
from tests.publishing import few_examples, leave_only

ENGLISH, CHANGED = 'again: {en: "Choose another bin"', 'again: {en: "Choose again"'


@pytest.fixture
def small(home: Path) -> Path:
    """A library and a council of three services; all of them are `make services`' to check and play."""
    leave_only(home, "complaint", "damaged-bin", "missed-bin")
    for slug in ("complaint", "damaged-bin"):
        few_examples(home, slug, most=3)
    return home


def services(*what: str) -> str:
    """Return what the command said, errors with it; raises what it raises."""
    said = io.StringIO()
    try:
        call_command("services", *what, stdout=said, stderr=said)
    except SystemExit as exc:
        assert exc.code == 1
        return said.getvalue() + "exit 1"
    return said.getvalue()


def edit(home: Path, file: str, old: str, new: str) -> None:
    path = home / "services" / "missed-bin" / file
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new, 1))


def test_diff_says_no_difference_then_what_differs_in_words_and_lines(
    home: Path, district: Any
) -> None:
    assert services("diff", "missed-bin") == "missed-bin: no difference\n"
    edit(home, "form.yaml", ENGLISH, CHANGED)
    said = services("diff", "missed-bin")
    assert "page bin: again was Choose another bin, is now Choose again" in said
    assert "--- form.yaml" in said and '+    again: {en: "Choose again"' in said
    assert "exit 1" not in said


def test_diff_tells_when_only_comments_differ(home: Path, district: Any) -> None:
    edit(home, "form.yaml", "pages:", "# new\npages:")
    assert "Only comments or layout differ." in services("diff", "missed-bin")


def test_diff_refuses_what_does_not_run_and_shows_mistakes_with_their_line(
    home: Path, district: Any
) -> None:
    with pytest.raises(CommandError, match="service that runs; there are: missed-bin"):
        services("diff", "nowhere")
    with pytest.raises(CommandError):
        services("diff")
    edit(home, "form.yaml", "size(open) > 0", "size(opn) > 0")
    said = services("diff", "missed-bin")
    assert "services/missed-bin/form.yaml:" in said and "opn" in said and said.endswith("exit 1")
    shutil.rmtree(home / "services" / "missed-bin")
    with pytest.raises(CommandError, match="services/missed-bin/service.yaml"):
        services("diff", "missed-bin")


def test_export_writes_what_imports_again_and_never_over_anything(
    home: Path, district: Any, tmp_path: Path
) -> None:
    there = tmp_path / "out" / "missed-bin"
    services("export", "missed-bin", str(there))
    assert catalogue.read_folder(there) == catalogue.contents(district.service.digest)
    # All of it, the scoping note too.
    kept = home / "services" / "missed-bin"
    names = {str(p.relative_to(kept)) for p in kept.rglob("*") if p.is_file()}
    assert "README.md" in names
    assert names == {str(p.relative_to(there)) for p in there.rglob("*") if p.is_file()}
    assert all((there / name).read_text() == (kept / name).read_text() for name in names)
    with pytest.raises(CommandError, match="is not empty"):
        services("export", "missed-bin", str(there))
    with pytest.raises(CommandError, match="is not empty"):
        services("export", "missed-bin", str(there / "form.yaml"))
    with pytest.raises(CommandError, match="cannot be written"):
        services("export", "missed-bin", str(there / "form.yaml" / "deeper"))
    with pytest.raises(CommandError, match="SLUG FOLDER"):
        services("export", "missed-bin")


def test_import_offers_a_newer_version_and_publishes_it_only_when_asked(
    small: Path, district: Any
) -> None:
    assert "damaged-bin: published" in services("import")  # what the council wants and does not run
    assert services("import") == ""
    edit(small, "form.yaml", ENGLISH, CHANGED)
    examples = small / "services" / "missed-bin" / "examples.yaml"
    whole = examples.read_text()
    few_examples(small, "missed-bin")
    said = services("import")
    assert "missed-bin: a newer version in the library is offered" in said
    running = catalogue.current("missed-bin")
    assert running and running.digest == district.service.digest
    assert "missed-bin: published" in services("import", "missed-bin")
    running = catalogue.current("missed-bin")
    assert running and running.digest != district.service.digest
    edit(small, "form.yaml", CHANGED, ENGLISH)
    examples.write_text(whole)
    assert services("import") == ""  # an earlier version is not offered as a newer one


def test_import_of_a_folder_with_a_mistake_publishes_nothing_and_says_where(
    small: Path, district: Any
) -> None:
    edit(small, "form.yaml", "size(open) > 0", "size(opn) > 0")
    assert "has mistakes" in services("import")
    said = io.StringIO()
    with pytest.raises(CommandError, match="Not published: missed-bin"):
        call_command("services", "import", "missed-bin", stdout=said, stderr=said)
    assert "services/missed-bin/form.yaml:" in said.getvalue()
    with pytest.raises(CommandError, match="services/nowhere"):
        services("import", "nowhere")


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        ("service.yaml", "slug: missed-bin", "slug: missed-box", "service.yaml:2: slug: is `missed-box`"),
        ("service.yaml", 'default: "18:00"', "default: 18:00", 'a time in quotes, such as "18:00"'),
        ("examples.yaml", "now: 2026-11-24T10:00", "now: yesterday", "examples.yaml:6"),
        ("examples.yaml", "expect: {pages:", "expect: {page:", "page"),
        ("examples.yaml", "then: [{outcome: job.collected}]", "then: [{}]", "says one of `outcome:`"),
    ],
)  # fmt: skip
def test_check_names_the_line_of_what_only_a_new_folder_must_get_right(
    small: Path, file: str, old: str, new: str, says: str
) -> None:
    edit(small, file, old, new)
    said = services("check")
    assert says in said and said.endswith("exit 1"), said


@pytest.mark.parametrize(
    ("own", "says"),
    [
        ("report_withn: 3", "no setting `report_withn`; did you mean `report_within`?"),
        ("report_within: three", "`report_within` must be a whole number"),
        ("wait_until: 18:00", "a time in quotes"),
        ("report_within: [{since: 2027-04-01, value: soon}]", "must be a whole number"),
        ("report_within: [{from: 2027-04-01, value: 3}]", "`since` and `value`"),
        ("report_within: [{since: 2027-04-01, value: 3}]", ""),
    ],
)
def test_check_reads_the_councils_own_settings(small: Path, own: str, says: str) -> None:
    file = small / "councils" / "demo" / "settings.yaml"
    file.write_text(f"missed-bin:\n  {own}\n")
    said = services("check")
    assert ("councils/demo/settings.yaml:2: " in said) == ("exit 1" in said) == bool(says)
    assert says in said


def test_a_file_that_is_not_utf_8_is_said_to_be_so(small: Path) -> None:
    path = small / "services" / "missed-bin" / "messages" / "closed.md"
    path.write_bytes("subject: café\n\nx\n".encode("latin-1"))
    assert "messages/closed.md:1: not UTF-8" in services("check")


def test_an_example_that_cannot_be_played_is_a_difference_not_a_crash(
    small: Path, district: Any
) -> None:
    asked = ("then: [{outcome: job.collected}]", "then: [{decision: close}]")
    few_examples(small, "missed-bin", *asked)
    edit(
        small,
        "examples.yaml",
        "then: [{outcome: job.collected}]",
        "then: [{choice: withdraw}, {outcome: job.collected}]",
    )
    edit(small, "examples.yaml", "property: '1', container: c1", "property: '999', container: c1")
    edit(small, "examples.yaml", "then: [{decision: close}]", "then: [{decision: stands}]")
    said = services("play")
    assert "refused: no_way_on outcome job.collected" in said
    assert "refused: decision_not_allowed decision stands" in said
    assert "refused: answer not taken property not_an_option" in said and "3 differ" in said


def test_an_example_without_settings_is_played_with_the_councils_own(
    small: Path, district: Any
) -> None:
    few_examples(small, "missed-bin")
    late = "Monday's bin cannot be reported on Thursday (M8)"
    text = (small / "services" / "missed-bin" / "examples.yaml").read_text()
    before, after = text.split(late)
    after = after.replace("    settings: {}\n", "", 1)
    (small / "services" / "missed-bin" / "examples.yaml").write_text(before + late + after)
    assert "wanted too_late, came" in services("play")  # the demo council gives three days


def test_schema_writes_the_files_of_the_library(home: Path) -> None:
    shutil.rmtree(home / "services" / "schema")
    services("schema")
    assert (home / "services" / "schema" / "form.json").exists()


@pytest.fixture
def elsewhere(home: Path, tmp_path: Path) -> Path:
    """A service that lies in no library, with a single example."""
    folder = tmp_path / "desk" / "more-bins"
    shutil.copytree(home / "services" / "damaged-bin", folder)
    about = folder / "service.yaml"
    text = about.read_text().replace("slug: damaged-bin", "slug: more-bins")
    about.write_text(re.sub(r"(?m)^prefix: .*$", "prefix: ZQ", text))
    examples = folder / "examples.yaml"
    head, *each = re.split(r"(?m)^(?=- name: )", examples.read_text())
    examples.write_text(head + each[0])
    return folder


def test_check_and_play_take_a_folder_from_anywhere(elsewhere: Path, district: Any) -> None:
    said = services("check", str(elsewhere))
    assert said.endswith("more-bins: well formed\n") and "damaged-bin" not in said
    said = services("play", str(elsewhere))
    assert said.startswith("more-bins: 1 example played, 0 differ; stops ")
    assert "more-bins: fewer than 5 examples" in said and catalogue.current("more-bins") is None
    own, _ = catalogue.of_folder(elsewhere)
    assert not Played.objects.filter(digest=own.digest).exists()
    form = elsewhere / "form.yaml"
    form.write_text(form.read_text().replace("title:", "titel:", 1))
    said = services("check", str(elsewhere))
    assert f"{elsewhere}/form.yaml:" in said and "titel" in said and said.endswith("exit 1")
    assert f"{elsewhere}/form.yaml:" in services("play", str(elsewhere))


def test_play_of_a_name_plays_that_service_and_says_what_no_example_walks(
    small: Path, district: Any
) -> None:
    few_examples(small, "complaint", most=1)
    said = services("play", "complaint", "--gaps", "--fewest", "1")
    assert said.startswith("complaint: 1 example played, 0 differ; stops ")
    assert "    no example comes to the stage " in said and "    no example goes on by " in said
    assert "fewer than" not in said and "missed-bin" not in said
    assert "complaint: fewer than 2 examples" in services("play", "complaint", "--fewest", "2")


@pytest.mark.parametrize("verb", ["check", "play"])
def test_what_is_no_service_is_said_in_one_sentence(home: Path, db: None, verb: str) -> None:
    near = "There is no services/missed-bn/service.yaml, and no folder missed-bn; did you mean `missed-bin`?"
    with pytest.raises(CommandError, match=re.escape(near)):
        services(verb, "missed-bn")
    with pytest.raises(CommandError, match="is no service: there is no service.yaml in it"):
        services(verb, str(home / "councils"))


def doorstep(*what: str, **environment: str) -> tuple[int, str]:
    """Run the command as a person does, in an environment of little else; return its exit and all it said."""
    bare = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", **environment}
    command = [sys.executable, "-m", "doorstep.cli.main", "services", *what]
    done = subprocess.run(command, env=bare, capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


def test_a_check_needs_no_database_and_play_says_that_it_does() -> None:
    nowhere = {"DOORSTEP_DEMO": "1", "DATABASE_URL": "postgres://127.0.0.1:1/nowhere"}
    assert doorstep("check", "missed-bin", **nowhere) == (0, "missed-bin: well formed\n")
    refused = "CommandError: The database cannot be used: nothing listens there.\n"
    assert doorstep("play", "missed-bin", **nowhere) == (1, refused)


def test_a_forgotten_variable_is_one_sentence() -> None:
    code, said = doorstep("check", "missed-bin")
    assert code == 1 and said.count("\n") == 1
    assert said.startswith("doorstep: DOORSTEP_DEMO is not set: say `export DOORSTEP_DEMO=1`")

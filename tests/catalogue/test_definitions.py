"""Definitions: mistakes name file and line, examples notice differences, a setting changes an outcome."""

import io
import os
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from doorstep.catalogue import actions as publishing
from doorstep.catalogue import queries as catalogue
from doorstep.catalogue.build_service import build
from doorstep.catalogue.errors import DefinitionError
from doorstep.council import queries as council
from doorstep.council.errors import Refused
from tests.publishing import few_examples, leave_only


def changed(file: str, old: str, new: str) -> dict[str, str]:
    contents = catalogue.read_folder(council.home() / "services" / "missed-bin")
    assert old in contents[file]
    return {**contents, file: contents[file].replace(old, new)}


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        ("form.yaml", "size(open) > 0", "size(opn) > 0", "opn"),
        ("form.yaml", "settings.report_within)", "settings.report_withn)", "report_withn"),
        ("form.yaml", "waste.last_due(", "waste.last_du(", "waste.last_du"),
        ("form.yaml", "stop: too_late}", "stop: to_late}", "to_late"),
        ("form.yaml", "kind: choice", "kind: choise", "choise"),
        (
            "form.yaml",
            "cases.open(service, property, container)",
            "cases.open(service, property)",
            "cases.open",
        ),
        ("form.yaml", "{last.date}", "{last.dat}", "last.dat"),
        ("form.yaml", "!has(last.date) || !has(last.round)", "size(open) > 9", "last.date"),
        ("workflow.yaml", "job.collected: collected", "job.collected: colected", "colected"),
        ("workflow.yaml", "about: container", "about: last.date", "last.date"),
        ("workflow.yaml", "tell: {message: closed}", "tell: {message: shut}", "shut"),
        ("service.yaml", "prefix: MB", "prefix: missed", "prefix"),
        ("service.yaml", "unique: {of: [container]}", "unique: {of: [bin]}", "bin"),
        ("service.yaml", "lgil: 17", "lgil: 17\nunknown: 1", "unknown"),
        ("messages/closed.md", "{container_words}", "{container_word}", "container_word"),
        ("form.yaml", "pages:", "pages: [", "YAML"),
    ],
)
def test_a_mistake_names_its_file_and_line(file: str, old: str, new: str, says: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        build(changed(file, old, new))
    about = [p for p in map(str, caught.value.problems) if says in p]
    assert about, caught.value.problems
    where, line, _ = about[0].split(":", 2)
    assert where == file and int(line) >= 1
    if file != "messages/closed.md" and new != "pages: [":
        text = changed(file, old, new)[file].splitlines()
        near = "\n".join(text[max(0, int(line) - 2) : int(line) + 1])
        assert says in near or file == "workflow.yaml" or "stops" in near, (about[0], near)


def test_what_rests_on_an_answer_that_comes_later_names_both_lines() -> None:
    """A price with a concession that is asked after it would be judged without."""
    contents = catalogue.read_folder(council.home() / "services" / "bulky-waste")
    pages = re.split(r"(?m)^(?=  - page: )", contents["form.yaml"])
    (concession,) = [page for page in pages if page.startswith("  - page: pension")]
    pages.remove(concession)
    day = next(n for n, page in enumerate(pages) if page.startswith("  - page: day"))
    form = "".join([*pages[: day + 1], concession, *pages[day + 1 :]])
    with pytest.raises(DefinitionError) as caught:
        build({**contents, "form.yaml": form})
    lines = form.splitlines()
    asked = next(n for n, line in enumerate(lines, 1) if "{id: pension" in line)
    judged = [n for n, line in enumerate(lines, 1) if "bulky_price(" in line and n < asked]
    for number in judged:
        said = f"form.yaml:{number}: `pension` is asked later, at form.yaml:{asked}"
        assert any(said in str(problem) for problem in caught.value.problems), said


def test_a_definition_with_an_error_leaves_the_running_version(district: Any) -> None:
    bad = changed("form.yaml", "size(open) > 0", "size(opn) > 0")
    with pytest.raises(DefinitionError):
        publishing.publish(contents=bad, now=district.now)
    running = catalogue.current("missed-bin")
    assert running and running.digest == district.service.digest


def test_publishing_demands_that_examples_were_played(district: Any) -> None:
    new = changed("service.yaml", "Report a missed bin", "Report a missed box")
    with pytest.raises(Refused, match="not_played"):
        publishing.publish(contents=new, now=district.now)


def test_a_changed_rule_is_noticed_by_the_examples(home: Path, db: None) -> None:
    leave_only(home, "complaint", "missed-bin")  # all the others are `make services`' to play
    for slug in ("complaint", "missed-bin"):
        few_examples(home, slug, "Already reported wins over too late")
    form = home / "services" / "missed-bin" / "form.yaml"
    form.write_text(form.read_text().replace("size(open) > 0", "size(open) > 1"))
    said = io.StringIO()
    with pytest.raises(SystemExit) as stopped:
        call_command("services", "play", stdout=io.StringIO(), stderr=said)
    assert stopped.value.code == 1 and "wanted reported" in said.getvalue()


def test_an_examples_file_from_anywhere_is_played_against_the_installed_service(
    home: Path, district: Any, tmp_path: Path
) -> None:
    few_examples(home, "missed-bin", "stop: too_late")
    own = (home / "services" / "missed-bin" / "examples.yaml").read_text()
    file = tmp_path / "ours.yaml"
    file.write_text(own)
    said, wrong = io.StringIO(), io.StringIO()
    call_command("services", "play", str(file), service="missed-bin", stdout=said, stderr=wrong)
    assert "0 differ" in said.getvalue()
    file.write_text(own.replace("stop: too_late", "stop: reported"))
    with pytest.raises(SystemExit):
        call_command("services", "play", str(file), service="missed-bin", stdout=said, stderr=wrong)
    with pytest.raises(CommandError, match="which service"):
        call_command("services", "play", str(file), stdout=said, stderr=wrong)


def test_a_setting_of_the_council_changes_an_outcome(home: Path, district: Any) -> None:
    def code() -> str:
        return str(district.draft(0).decisions["bin"]["code"])

    assert code() == ""
    file = home / "councils" / "demo" / "settings.yaml"
    old = file.read_text()
    assert "report_within: 3" in old
    file.write_text(old.replace("report_within: 3", "report_within: 0"))
    os.utime(file, (1, 1))
    assert code() == "too_late"


def test_a_copied_folder_with_a_new_slug_is_a_new_service(
    home: Path, district: Any, client: Any
) -> None:
    copy = home / "services" / "missed-box"
    shutil.copytree(home / "services" / "missed-bin", copy)
    about = copy / "service.yaml"
    text = about.read_text().replace("slug: missed-bin", "slug: missed-box")
    text = text.replace("Report a missed bin", "Report a missed box").replace(
        "prefix: MB", "prefix: BX"
    )
    about.write_text(text)
    call_command("services", "import", "missed-box", stdout=io.StringIO())
    assert "Report a missed box" in client.get("/").content.decode()
    assert client.get("/services/missed-box").status_code == 200
    service = catalogue.current("missed-box")
    assert service
    district.service = service
    assert district.case(0).reference.startswith("BX-")


def test_a_published_version_never_changes_and_a_case_keeps_its_own(district: Any) -> None:
    case = district.case(0)
    new = changed("workflow.yaml", "With the crew", "Crew is coming")
    publishing.played(service=build(new), examples=1, now=district.now)
    newer = publishing.publish(contents=new, now=district.now)
    running = catalogue.current("missed-bin")
    assert running and running.digest == newer.digest
    kept = catalogue.service(case.version_id)
    assert kept.workflow.stages["with_crew"].label == "With the crew"


def test_explain_tells_every_rule_with_what_it_read(district: Any) -> None:
    case, said = district.case(0), io.StringIO()
    call_command("services", "explain", case.reference, stdout=said)
    assert "size(open) > 0" in said.getvalue() and "last.date" in said.getvalue()
    with pytest.raises(CommandError, match="reference"):
        call_command("services", "explain", "MB-0000-0000", stdout=said)

"""What differs between two versions is said by parts, in plain words, and by lines."""

import pytest

from doorstep.catalogue import queries as catalogue
from doorstep.catalogue.differences import differences, lines
from doorstep.council import queries as council


def files(*changes: tuple[str, str, str]) -> dict[str, str]:
    contents = catalogue.read_folder(council.home() / "services" / "missed-bin")
    for name, old, new in changes:
        assert old in contents[name], old
        contents[name] = contents[name].replace(old, new, 1)
    return contents


RULE = '      - {when: "size(open) > 0", stop: reported}\n'
STAGE = "  collected:\n    label:"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (
            ("service.yaml", 'title: {en: "Report a missed bin"', 'title: {en: "Bins"'),
            "service: title was Report a missed bin, is now Bins",
        ),
        (
            ("service.yaml", "report_within: {type: number, default: 2", "report_within: {type: number, default: 4"),
            "setting report_within: default was 2, is now 4",
        ),
        (
            ("form.yaml", "Which bin was missed?", "Which one?"),
            "page bin: title was Which bin was missed?, is now Which one?",
        ),
        (
            ("form.yaml", 'short: {en: "Bin"', 'short: {en: "Box"'),
            "question container: short was Bin, is now Box",
        ),
        (("form.yaml", RULE, ""), "rule stopping with reported (page bin): removed"),
        (
            ("form.yaml", "size(open) > 0", "size(open) > 1"),
            "rule stopping with reported (page bin): was size(open) > 0, is now size(open) > 1",
        ),
        (
            ("form.yaml", "waste.street_progress(property, last.round, last.date)", "waste.street_progress(property, last.round, today)"),
            "fact round: found by was waste.street_progress(property, last.round, last.date),"
            " is now waste.street_progress(property, last.round, today)",
        ),
        (
            ("form.yaml", "The crew has come back", "Back"),
            "stop came_back: title was The crew has come back, is now Back",
        ),
        (
            ("workflow.yaml", "corrected: corrected", "corrected: closed"),
            "workflow: corrected was corrected, is now closed",
        ),
        (("workflow.yaml", STAGE, "  extra:\n    label: Extra\n    resident: x\n" + STAGE), "stage extra: added"),
        (
            ("workflow.yaml", 'label: {en: "Collected"', 'label: {en: "Done"'),
            "stage collected: label was Collected, is now Done",
        ),
        (("messages/closed.md", "If you think", "Where you think"), "message closed: text changed"),
        (("examples.yaml", "stop: not_due,", "stop: '',"), "example No collection was due in the window (M1): expect changed"),
    ],
)  # fmt: skip
def test_a_change_is_said_in_plain_words(change: tuple[str, str, str], says: str) -> None:
    said = [str(d) for d in differences(files(), files(change))]
    assert any(s.startswith(says.removesuffix(" changed")) for s in said), said
    assert len(said) == 1, said


def test_a_message_that_came_or_went_is_named() -> None:
    new = files()
    new["messages/extra.md"] = "subject: x\n\ny\n"
    assert [str(d) for d in differences(files(), new)] == ["message extra: added"]
    assert [str(d) for d in differences(new, files())] == ["message extra: removed"]


def test_a_rule_that_changed_places_is_said_to_have_moved() -> None:
    last = "      - {when: \"last.communal == 'yes'\", ask: where}\n"
    moved = files(("form.yaml", RULE, ""), ("form.yaml", last, last + RULE))
    assert [str(d) for d in differences(files(), moved)] == [
        "rule stopping with reported (page bin): moved"
    ]


def test_comments_and_layout_are_no_difference_but_show_in_the_lines() -> None:
    new = files(("form.yaml", "pages:\n", "# a comment\npages:\n"))
    assert differences(files(), new) == []
    assert list(lines(files(), new)) == ["form.yaml"]
    assert "+# a comment" in lines(files(), new)["form.yaml"]
    assert lines(files(), files()) == {}


def test_a_sentence_that_changed_in_another_language_only_is_a_difference() -> None:
    welsh = files(("form.yaml", "Dewis bin arall", "Bin arall"))
    assert [str(d) for d in differences(files(), welsh)] == [
        "page bin: again was Dewis bin arall, is now Bin arall"
    ]

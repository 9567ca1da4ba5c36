"""Lists that leave the desk: on paper every letter a resident may have, in tables numbers as numbers."""

import csv
import io

import pytest
from pypdf import PdfReader

from doorstep.web.kit import lists
from tests.texts import ONE_LINE

# What the font has no picture of: it prints a box, and nothing fails.
NOT_DRAWN = {"hindi", "chinese", "emoji", "flag of wales", "persian", "arabic", "hebrew"}


def printed(*cells: str) -> str:
    answer = lists.as_pdf("day.pdf", cells[0], ["Name", "Address"], [cells], (1, 1))
    return " ".join(PdfReader(io.BytesIO(answer.content)).pages[0].extract_text().split())


@pytest.mark.parametrize("name", [n for n in ONE_LINE if n not in NOT_DRAWN])
def test_paper_has_every_letter(name: str) -> None:
    text = ONE_LINE[name][1]
    assert " ".join(text.split()) in printed(text, "x")


@pytest.mark.parametrize("name", sorted(NOT_DRAWN))
def test_what_the_font_lacks_stops_no_list(name: str) -> None:
    assert "Tŷ Gwyn" in printed("Tŷ Gwyn", ONE_LINE[name][0])


@pytest.mark.parametrize("word", ["بيت", "בור"])
def test_arabic_and_hebrew_are_drawn_letter_by_letter(word: str) -> None:
    # A reader gives the joined forms back in the order in which they stand on the paper.
    assert len(printed(word, "x").split()[0]) == len(word)
    assert "\ufffd" not in printed(word, "x") and "?" not in printed(word, "x")


def test_a_number_is_a_number_and_a_formula_is_none() -> None:
    rows = [[-1.58, 3, "-1.58", "=1+1", None, "a\x0bb"]]
    table = lists.as_csv("t.csv", ["a", "b", "c", "d", "e", "f"], rows).content.decode()
    assert list(csv.reader(io.StringIO(table)))[1] == ["-1.58", "3", "'-1.58", "'=1+1", "", "ab"]

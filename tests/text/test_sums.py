"""Sums as people type them: one thing alone, or asked again."""

import pytest

from doorstep.text.sums import pence

READ = {
    "12": 1200,
    "0": 0,
    "0.05": 5,
    "012.50": 1250,
    "12.50": 1250,
    " £ 12.50 ": 1250,
    "£1,234.50": 123450,
    "1,234": 123400,
    "9,999,999.99": 999999999,
    "9999999": 999999900,
    "１２．５０": 1250,
    "￡１，２３４.５０": 123450,
    "\u00a012.50\u2009": 1250,
}
ASKED_AGAIN = (
    "1,50", "1.5", "1.234,50", "12.345", "1 234.50", "12 50", "12.", ".50", "-5", "−5", "+5", "", " ", "£",
    "1,2345", "12,34.50", "0,123", "1,234,567,890", "10000000", "12.50p", "50p", "12.50 12", "1e3", "x", "١٢",
    "12.5O", "£12.50£", "5" * 300_000,
)  # fmt: skip


@pytest.mark.parametrize("text", READ)
def test_a_sum_is_read_as_it_is_typed(text: str) -> None:
    assert pence(text) == READ[text]


@pytest.mark.parametrize("text", ASKED_AGAIN, ids=lambda text: text[:12])
def test_what_could_be_another_sum_is_no_sum(text: str) -> None:
    assert pence(text) is None

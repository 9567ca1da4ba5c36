"""What a vendor says of a failure is shown to staff without what may be anyone's."""

import pytest

from doorstep.outside.masking import masked


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("Duplicate worksheet within 30 minutes", "Duplicate worksheet within 30 minutes"),
        ("No site with UPRN 010001228376", "No site with UPRN …"),
        ("Mail to ann.lee+bins@resident.example bounced", "Mail to … bounced"),
        ("LE67 3FJ is not served, nor le673fj", "… is not served, nor …"),
        ("Ring 01530 454 545 or 07700-900123", "Ring … or …"),
        ("", ""),
    ],
)
def test_what_may_be_a_persons_is_left_out(said: str, shown: str) -> None:
    assert masked(said) == shown


def test_what_we_sent_is_left_out_too() -> None:
    said = "Bad value 'Behind the shed, ask O’Neill' in WorksheetMessage"
    sent = ["Missed bin", "Behind the shed, ask O’Neill"]
    assert masked(said, sent) == "Bad value '…' in WorksheetMessage"
    assert masked("The shed behind it", sent) == "The … … it"
    assert masked("No X9$k-2 here", ["X9$k-2"]) == "No … here"
    assert len(masked("x " * 200)) == 120

"""What comes in is made clean in one place; what goes out is made safe by format."""

import sys
import unicodedata
from xml.etree.ElementTree import fromstring
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.text.clean import clean, clean_all, line
from doorstep.text.safe import for_csv, for_json, for_subject, for_xml
from tests.texts import ALL, params


@pytest.mark.parametrize(("sent", "kept"), params(ALL))
def test_a_text_becomes_clean_once(sent: str, kept: str) -> None:
    assert clean(sent) == kept and clean(kept) == kept


# What stands together seldom by chance: joiners, variations, letters and pictures beside them.
TOGETHER = st.text(
    "a \u200c\u200d\ufe0f\ufe01\U000e0100❤👩م\u064d\u0301\u200b\U0001f3f4\U000e0067\U000e007f",
    max_size=8,
)


@given(st.text(st.characters(min_codepoint=0, max_codepoint=sys.maxunicode)) | TOGETHER)
def test_whatever_comes_is_storable_and_as_it_will_be(text: str) -> None:
    tidy = clean(text)
    tidy.encode()
    assert clean(tidy) == tidy
    assert unicodedata.is_normalized("NFC", tidy)
    assert not any(unicodedata.category(c) == "Cc" and c != "\n" for c in tidy)
    assert fromstring(f"<a>{escape(tidy)}</a>") is not None


def test_a_file_of_a_million_letters_takes_no_time() -> None:
    assert clean("1001,é,weekly on Monday\n" * 100_000) == "1001,é,weekly on Monday\n" * 100_000
    for hostile in (
        "\0",
        "\u200d",
        "م\u200d",
        "👩\u200d",
        "\ufe0f",
        "🏴\U000e0067",
        " \u00a0",
        "e\u0301",
        "\u064d\u0301\u200c",
    ):
        assert (
            len(clean(hostile * 200_000)) <= 400_000
        )  # in a second: each pattern looks at each letter once


def test_json_is_clean_down_to_its_names() -> None:
    assert clean_all({"a\0": ["b\u200b", 1, None, {"c": "\ud800d"}]}) == {
        "a": ["b", 1, None, {"c": "d"}]
    }
    assert line(" a\n\tb  ") == "a b"


def test_what_goes_out_is_safe_by_its_format() -> None:
    assert for_xml("a\x0bb\ufffe") == "ab"
    assert for_json({"a": ("b\x0b", 1)}) == {"a": ["b", 1]}
    assert [for_csv(v) for v in (-1.58, 3, None, "-1.58", "=1+1", "@a", "plain", "\t=1")] == [
        "-1.58", "3", "", "'-1.58", "'=1+1", "'@a", "plain", "'\t=1",
    ]  # fmt: skip
    assert for_subject("a\r\nBcc: b") == "a Bcc: b"

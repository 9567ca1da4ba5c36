"""Understands what people copy out of letters and pages: references, postcodes, days, links, e-mail addresses."""

import re
from collections.abc import Iterator
from datetime import date
from functools import cache

from babel import Locale

from doorstep.text.clean import line

# What a reference's eight signs are made of. No 0, O, 1, I, L: it is read out over the telephone.
LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_GAP = r"[\W_]{0,3}"
_REFERENCE = re.compile(
    rf"(?<![A-Z0-9])(?=([A-Z]{{2,3}}){_GAP}([{LETTERS}]{{4}}){_GAP}([{LETTERS}]{{4}})(?![A-Z0-9]))"
)
# The shape of a UK postcode (Royal Mail PAF guide); whether it exists is the gazetteer's to say.
_POSTCODE = re.compile(r"([A-Z]{1,2}[0-9][0-9A-Z]?)([0-9][A-Z]{2})")
_IN_A_LINE = re.compile(r"\b([A-Z]{1,2}[0-9][0-9A-Z]?)[\s.-]*([0-9][A-Z]{2})\b")
# Letters for digits and digits for letters, where the shape says which is meant.
_DIGITS, _SIGNS = str.maketrans("OIL", "011"), str.maketrans("01", "OI")
_WITH_FIGURES, _ZEROS = re.compile(r"\b(?=[oO]*\d)[oO\d]+\b"), str.maketrans("oO", "00")
_LOST_PLUS = re.compile(r"(?<=\d) (?=\d\d:\d\d\Z)")
_WORD = re.compile(r"[^\W\d_]+")
_NUMBER = re.compile(r"\d+")
# Languages in which a month may be written: those of these islands.
_MONTHS_OF = ("en", "cy", "gd", "ga")
# A year of anyone alive, or of anything that a council plans.
FIRST_YEAR, LAST_YEAR = 1800, 2199
# What mail programs leave at the end of a link, and round an address.
_AFTER = ".,;:!?)]}>\"'’” "
_MAIL = re.compile(r"(?:mailto:)?([^\s<>()]+@[^\s<>()?]+)(?:\?\S*)?", re.I)


def reference(text: str) -> str:
    """Return the reference in a text as we write it, such as "MB-2345-ABCD"; the text in capitals where there is none."""
    text = line(text[:200]).upper()
    matches = list(_REFERENCE.finditer(text))
    return "-".join(matches[-1].groups()) if matches else text.replace(" ", "")


def end_of_reference(text: str) -> str:
    """Return the end of a reference that a text is alone, as we write it: "ABCD", "5-ABCD", "2345-ABCD"; or nothing."""
    signs = re.sub(r"[\W_]", "", line(text[:200]).upper())
    if not re.fullmatch(rf"[{LETTERS}]{{4,8}}", signs):
        return ""
    return "-".join(filter(None, (signs[:-4], signs[-4:])))


def postcode(text: str) -> str:
    """Return the postcode in a text in capitals with one space, or nothing; an O for a zero is understood."""
    text = line(text[:200]).upper()
    whole = re.sub(r"[\s.,-]", "", text)
    if match := _POSTCODE.fullmatch(whole):
        return f"{match[1]} {match[2]}"
    if matches := _IN_A_LINE.findall(text):
        return " ".join(matches[-1])
    words = text.replace(",", " ").rstrip(".").split()
    for some in (whole, "".join(words[-2:]), "".join(words[-1:])):
        if meant := _meant(some):
            return meant
    return ""


def _meant(letters: str) -> str:
    """Return the postcode that is meant where O, I or L stand for digits or the other way round."""
    if not (5 <= len(letters) <= 7 and letters.isascii() and letters.isalnum()):
        return ""
    start, end = letters[:-3], letters[-3:]
    end = end[0].translate(_DIGITS) + end[1:]
    for starts in (start, *(_outward(start, n) for n in (2, 1))):
        if match := _POSTCODE.fullmatch(starts + end):
            return f"{match[1]} {match[2]}"
    return ""


def _outward(start: str, letters: int) -> str:
    return start[:letters].translate(_SIGNS) + start[letters:].translate(_DIGITS)


@cache
def _months() -> dict[str, int]:
    names: dict[str, int] = {}
    for code in _MONTHS_OF:
        for forms in Locale(code).months.values():
            for length in ("wide", "abbreviated"):
                for number, name in forms[length].items():
                    names.setdefault(name.casefold().strip("."), number)
    return names


def month(text: str) -> int:
    """Return a month's number from its number or its name, whole or short; 0 where it is none."""
    word = line(text).casefold().strip(".")
    if word.isdecimal():
        return int(word) if len(word) <= 2 else 0
    return _months().get(word) or (9 if word == "sept" else 0)


def day(text: str, first: int = FIRST_YEAR, last: int = LAST_YEAR) -> date | None:
    """Return the day that a text says with its year in full, as "3 December 2026", "3/12/2026", "2026-12-03"; or nothing.

    Nothing, too, where its year is before the first or after the last.
    """
    text = line(text[:60])
    if "_" in text:
        return None
    numbers = _NUMBER.findall(text)
    named = [m for word in _WORD.findall(text) if (m := month(word))]
    for year, of, on in _parts(numbers, named):
        try:
            if len(year) == 4 and first <= int(year) <= last and len(on) <= 2:
                return date(int(year), of, int(on))
        except (ValueError, OverflowError):  # a month of twenty figures is none
            continue
    return None


def _parts(numbers: list[str], named: list[int]) -> Iterator[tuple[str, int, str]]:
    """Go through what year, month and day may be meant, as days are written here."""
    if len(numbers) == 2 and len(named) == 1:
        yield from ((numbers[1], named[0], numbers[0]), (numbers[0], named[0], numbers[1]))
    if len(numbers) == 3 and not named:
        first, second, third = numbers
        yield third, int(second), first
        yield first, int(second), third


def moment(text: str) -> str:
    """Return a moment as W3C writes it, where the plus before its offset was not escaped and came as a space."""
    return _LOST_PLUS.sub("+", text)


def link(text: str) -> str:
    """Return a link's path without what mail programs and people leave behind it."""
    return text.rstrip(_AFTER)


def email(text: str) -> str:
    """Return an e-mail address that a server would take, its domain in small letters; or nothing."""
    whole = line(text)
    match = _MAIL.search(whole)
    if match is None:
        return ""
    before, after = whole[: match.start()].rstrip(), whole[match.end() :]
    # A name before <it>, or what it is before a colon; other words beside it may be a part of it.
    has_words = re.search(r"\w", before + after) and not before.endswith(("<", ":"))
    if has_words or "@" in before + after:
        return ""
    # Some 0.05 s, which every start would wait for.
    from email_validator import EmailNotValidError, validate_email

    try:
        made = validate_email(
            match[1].rstrip(".,;:"),
            check_deliverability=False,
            globally_deliverable=False,
            strict=True,
        )
    except EmailNotValidError:
        return ""
    return made.normalized if re.search(r"\.[^.\d]{2,}$", made.domain) else ""


def zeros(text: str) -> str:
    """Return a text in which each letter O among figures is the zero that was meant, as in "o1632 96o1o1"."""
    return _WITH_FIGURES.sub(lambda word: word[0].translate(_ZEROS), text)


def telephones(text: str) -> list[str]:
    """Return the telephone numbers in a text as they are dialled in Britain, such as "01530123456"; others as "+33…"."""
    return list(telephones_written(text))


def telephones_written(text: str) -> dict[str, str]:
    """Return the same, each with how it is written, without the words beside it.

    A local number that lacks its area's code comes back as its digits; a text without a number of six digits gives nothing.
    """
    import phonenumbers  # 0.03 s, which every start would wait for

    found: dict[str, str] = {}
    lenient = phonenumbers.Leniency.POSSIBLE
    for match in phonenumbers.PhoneNumberMatcher(line(text[:200]), "GB", leniency=lenient):
        whole = phonenumbers.format_number(match.number, phonenumbers.PhoneNumberFormat.E164)
        # Nine figures and more have their area's code; a number that lacks it stays as it was written.
        is_whole = len(whole) >= len("+44123456789") or not whole.startswith("+44")
        dialled = f"0{whole[3:]}" if whole.startswith("+44") else whole
        number = dialled if is_whole else re.sub(r"\D", "", match.raw_string)
        found.setdefault(number, match.raw_string)
    if not found and len(digits := re.sub(r"\D", "", text[:40])) >= 6:
        found[digits] = " ".join(re.findall(r"[+(]?\d[\d()./-]*", text[:40]))
    return found

"""Text messages: to which numbers, how many parts, and at which hours none leaves (Europe/London)."""

from datetime import datetime, timedelta

from doorstep.council import queries as council
from doorstep.council.queries import ZONE

# GSM 03.38: one place each; those of the second row take two, as their escape goes along.
BASIC = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
DOUBLE = set("^{}\\[~]|€\f")
# What the GSM letters have in a plainer form: one such mark would more than halve the places of every part.
PLAINER = str.maketrans(
    {"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "…": "...", "\u00a0": " "}
)
# Places in a message of one part, and in each part of a longer one.
GSM, UNICODE = (160, 153), (70, 67)


def parts_of(text: str) -> int:
    """Return how many parts a text message is sent, and paid for, in."""
    if set(text) <= BASIC | DOUBLE:
        places, (alone, each) = len(text) + sum(c in DOUBLE for c in text), GSM
    else:
        places, (alone, each) = len(text.encode("utf-16-le")) // 2, UNICODE
    return 1 if places <= alone else -(-places // each)


def plainer(text: str) -> str:
    """Return a text with plain quotes and dashes; letters, such as those of Welsh, stay."""
    return text.translate(PLAINER)


def mobile_in(phone: str) -> str:
    """Return the British mobile number in what someone typed, as +447…; "" where there is none."""
    import phonenumbers  # 0.03 s, which every start would wait for

    lenient = phonenumbers.Leniency.POSSIBLE
    for found in phonenumbers.PhoneNumberMatcher(phone, "GB", leniency=lenient):
        number = phonenumbers.format_number(found.number, phonenumbers.PhoneNumberFormat.E164)
        if number.startswith("+447") and len(number) == 13:
            return number
    return ""


def quiet_until(now: datetime) -> datetime | None:
    """Return when the hours end in which no text message leaves, or nothing where it is not one of them."""
    texts = council.current().texts
    if texts is None:
        return None
    local = now.astimezone(ZONE)
    start, end, time = texts.quiet_from, texts.quiet_until, local.time()
    over_night = start > end
    if not (time >= start or time < end if over_night else start <= time < end):
        return None
    day = local.date() + timedelta(days=1 if over_night and time >= start else 0)
    return datetime.combine(day, end, ZONE)

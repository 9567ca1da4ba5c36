"""Sets what came of an example against what it expects."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime

from doorstep.council.queries import ZONE
from doorstep.forms.questions.kind import Invalid
from doorstep.rehearsal import money, passing
from doorstep.rehearsal.play import Play


def _codes(mistakes: Mapping[str, Invalid]) -> dict[str, str]:
    """Return what is wrong by question, of an entry as `people.2.born`, as its code."""
    codes: dict[str, str] = {}
    for name, invalid in mistakes.items():
        wrong = invalid.values.get("wrong")
        if isinstance(wrong, Mapping):
            at = f"{name}.{invalid.values.get('entry')}"
            codes |= {f"{at}.{part}": code for part, code in _codes(wrong).items()}
        else:
            codes[name] = invalid.code
    return codes


def plain(value: object) -> object:
    """Return a value as an example writes it: days, and moments in the council's own zone."""
    if isinstance(value, datetime):
        there = value.astimezone(ZONE) if value.tzinfo else value
        return there.strftime("%Y-%m-%dT%H:%M:%S" if there.second else "%Y-%m-%dT%H:%M")
    if isinstance(value, Mapping):
        return {name: plain(part) for name, part in value.items()}
    if isinstance(value, list):
        return [plain(part) for part in value]
    return value.isoformat() if isinstance(value, date) else value


def _unlike(expected: object, came: object, path: str) -> Iterator[str]:
    """Say where a value differs; of what has parts, only those that are named are compared."""
    if isinstance(expected, Mapping) and isinstance(came, Mapping):
        for name, part in expected.items():
            if name not in came:
                yield f"{path}.{name}: wanted {part}, there is no such part"
            else:
                yield from _unlike(part, came[name], f"{path}.{name}")
    elif (
        isinstance(expected, list) and isinstance(came, list | tuple) and len(expected) == len(came)
    ):
        for n, (part, other) in enumerate(zip(expected, came, strict=True)):
            yield from _unlike(part, other, f"{path}[{n}]")
    elif plain(expected) != plain(came):
        yield f"{path}: wanted {plain(expected)}, came {plain(came)}"


def _came(play: Play) -> dict[str, object]:
    """Return what came of an example, by the names under which one expects it, as it would write it."""
    case = play.case
    paid, back = money.sums(case)
    waiting = passing.to_come(case, play.now) if case else []
    return {
        "pages": play.pages,
        "stop": play.stop,
        "says": play.said(),
        "stage": case.stage if case else "",
        "due": plain(case.due_on) if case else None,
        "messages": play.told() if case else [],
        "closed": bool(case and case.is_closed),
        "flags": case.flags if case else [],
        "refused": play.refused,
        "mistakes": _codes(play.mistakes),
        "paid": paid,
        "refunded": back,
        "to_come": [{"message": name, "at": plain(at)} for name, at in waiting],
    }


def differences(play: Play, expect: Mapping[str, object]) -> list[str]:
    """Return where what came is another thing than what was expected, a line each."""
    came, wrong = _came(play), list[str]()
    if play.mistakes and "mistakes" not in expect:
        codes = "; ".join(f"{name} {code}" for name, code in _codes(play.mistakes).items())
        wrong.append(f"refused: answer not taken {codes}")
    for key, expected in expect.items():
        if key == "values":
            wrong += _unlike(expected, play.values(), "values")
        elif key not in came:
            wrong.append(f"`{key}` is not something an example can expect")
        elif key == "says":
            if str(expected) not in str(came["says"]):
                wrong.append(f"says: wanted “{expected}”, came “{came['says']}”")
        elif came[key] != plain(expected):
            wrong.append(f"{key}: wanted {expected}, came {came[key]}")
    return wrong

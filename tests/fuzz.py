"""Types anything into a service's form, and sends anything to the API: what people, mistakes and attackers send, by a seed.

Right answers and odd ones come mixed, so that rules far down a form are judged with odd answers, too.
"""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from html.parser import HTMLParser
from random import Random
from typing import Any

from doorstep.catalogue.service import Service
from doorstep.forms.form import Question
from doorstep.forms.questions import kinds
from doorstep.forms.questions.kind import Typed
from tests.form_client import FormClient
from tests.system import System
from tests.texts import ALL

ODD: tuple[str, ...] = (
    *(sent for sent, _ in ALL.values()),
    *("", " ", "0", "-0", "1", "-1", "00", "1.5", "1e9", "1,000", "£5", "٣", "²", "½", "NaN", "Infinity", "0x10"),
    *("9" * 15, "9" * 16, "9" * 400, "-" + "9" * 30, "2147483648", "9223372036854775808", "1" * 5000),
    *("29", "30", "31", "32", "2", "12", "13", "26", "0026", "1582", "1900", "2024", "2023", "9999", "10000", "0001", "-2026"),
    *("31/12/9999", "0001-01-01", "9999-12-31", "2026-02-29", "2024-02-29", "2026-03-29T01:30", "24:00", "25:99", "23:59:60"),
    *("true", "True", "yes", "no", "on", "null", "None", "undefined", "[]", "{}", '{"a": 1}', "[object Object]"),
    *("a@b", "a@b.", "@", "a@b.example.", "ann@resident.example", "ann@résidént.example", "a" * 300 + "@b.example"),
    *("07700 900123", "+44", "tel: none", "0" * 40, "1001", "1001.5", "99999999", "street:11", "street:", "street:999", "point:0,0"),
    *("point:442596,314198", "point:nan,inf", "point:1e400,1", "home:1001", "different", "DF-2222-2222", "N/2026-12-01", "-2026-12-02", "N/9999-12-31"),
    *("LE67 3FJ", "LE67 3FO", "le673fj", "AB12CDE", "AB123456C", "00000000", "../../etc/passwd", "a.jpg", "%00", "{key}", "{{key}}"),
    *("x" * 200, "x" * 201, "é" * 5000, "x" * 60_000, "\n" * 500, "a\nb\nc", "\r", "\t", ",".join("a" * 500)),
)  # fmt: skip
ODD_JSON: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1, 1.5, -0.0, 1e308, 10**18, 10**30, -(10**30), [], {}, [[]], [None], {"": ""}),
    *([1, "a"], ["a"] * 1000, {"id": 1}, {"id": None, "count": None}, [{"id": "a", "count": 10**20}], [{"id": []}]),
    *({"day": "9999-12-31"}, {"easting": "x"}, {"lat": 1e400 if False else 91, "long": 181}, {"$day": "2026-01-01"}, {"$moment": "x"}),
)  # fmt: skip


# Pages beside a form's own: typed into once, and then begun anew.
# How often a page is tried oddly, before it is answered right.
ENOUGH = 4
ASIDE = ("/save", "/saved", "/code", "/person")


class _Forms(HTMLParser):
    """The fields of a page's forms that are sent to the page itself, each with its type and the values listed."""

    def __init__(self) -> None:
        super().__init__()
        self.fields: dict[str, list[tuple[str, str]]] = {}
        self._taken, self._select = False, ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        about = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._taken = about.get("method") == "post" and not about.get("action")
        elif tag == "select":
            self._select = about.get("name", "")
        elif tag == "option" and self._taken and self._select:
            self.fields.setdefault(self._select, []).append(("radio", about.get("value", "")))
        elif tag in ("input", "textarea") and self._taken and "name" in about:
            kind = about.get("type", "text")
            self.fields.setdefault(about["name"], []).append((kind, about.get("value", "")))


class Typist:
    """Somebody who fills in one service's form, over and over; `typed` counts the answers."""

    def __init__(self, service: Service, seed: int, homes: list[str]) -> None:
        self.service, self.random, self.homes = service, Random(seed), homes
        self.typed, self.forms = 0, 0
        self.questions = dict(service.form.questions)
        for question in list(self.questions.values()):
            self.questions |= {part.id: part for part in question.parts}

    def type(self, answers: int) -> None:
        """Type so many answers, in as many forms as it takes."""
        while self.typed < answers:
            self.forms += 1
            self._fill_in()

    def _fill_in(self) -> None:
        client = FormClient(
            REMOTE_ADDR=f"10.{self.forms >> 16 & 255}.{self.forms >> 8 & 255}.{self.forms & 255}"
        )
        base = f"/services/{self.service.slug}"
        there = self._ask(client.post, f"{base}/begin", {}).headers.get("Location", "")
        tries = dict[str, int]()
        for _ in range(60):
            if not there.startswith(base):
                return
            page = self._ask(client.get, there, {})
            if page.status_code != 200:
                there = page.headers.get("Location", "")
                continue
            if there.endswith("/stopped"):
                return
            tries[there] = tries.get(there, 0) + 1
            posted = self._fields(there, page.content.decode(), odd=tries[there] < ENOUGH)
            answer = self._ask(client.post, there, posted)
            self.typed += len(posted)
            if there.endswith(ASIDE):
                return
            there = answer.headers.get("Location", "") if answer.status_code == 302 else there

    def _ask(self, how: Any, path: str, data: dict[str, Any]) -> Any:
        try:
            answer = how(path, data)
        except Exception as exc:
            raise AssertionError(f"{path} raised {exc!r}, for {_short(data)}") from exc
        assert answer.status_code < 500, f"{path} answered {answer.status_code}, for {_short(data)}"
        return answer

    def _fields(self, path: str, page: str, *, odd: bool) -> dict[str, list[str]]:
        """Return what is sent for a page: mostly right, with something odd, or altogether odd."""
        forms = _Forms()
        forms.feed(page)
        right = self._right(path, forms.fields)
        mood = self.random.random() if odd else 0.0
        if mood < 0.35 or not right:
            return right
        if mood < 0.9:
            for name in self.random.sample(
                sorted(right), self.random.randint(1, min(3, len(right)))
            ):
                right[name] = self._odd()
            return right
        names = [
            *right,
            *self.questions,
            "find",
            "update",
            "save",
            "page",
            "at",
            "seen",
            "x-a",
            "a[]",
            "__proto__",
        ]
        return {name: self._odd() for name in self.random.sample(names, min(len(names), 6))}

    def _odd(self) -> list[str]:
        many = self.random.choice((1, 1, 1, 1, 0, 2, 5))
        return [self.random.choice(ODD) for _ in range(many)]

    def _right(self, path: str, fields: dict[str, list[tuple[str, str]]]) -> dict[str, list[str]]:
        right = dict[str, list[str]]()
        for name, there in fields.items():
            listed = [value for kind, value in there if kind in ("radio", "checkbox") and value]
            kind = there[0][0]
            if kind in ("hidden", "submit") or name.startswith("csrf"):
                right |= {name: [there[0][1]]} if kind == "hidden" else {}
            elif kind != "file":
                # Of things each with how many, one of one.
                first = not any(len(v) == 1 and v[0] == "1" for v in right.values())
                right[name] = (
                    [self.random.choice(listed)] if listed else [there[0][1] or "1" * first]
                )
        for page in self.service.form.pages:
            if f"/{page.id}" in path:
                asked = [part for q in page.questions for part in (*q.parts, q)]
                if (
                    kinds.of(page.questions[0]).nature in ("home", "spot")
                    if page.questions
                    else False
                ):
                    right = {}  # what is chosen, and not what is looked for
                right |= {
                    k: v
                    for q in asked
                    for k, v in self._usual(q).items()
                    if fields.get(k, [("", "")])[0][0] not in ("radio", "checkbox")
                }
        return right

    def _usual(self, question: Question) -> Typed:
        kind = kinds.of(question)
        if kind.nature == "home":
            return Typed({question.id: [self.random.choice(self.homes)]})
        if kind.nature == "spot":
            return Typed({question.id: ["street:11"]})
        answer = kind.usual
        if question.contact in ("email", "phone"):
            return Typed(
                {question.id: ["ann@resident.example" if question.contact == "email" else ""]}
            )
        if answer is None and kind.name == "date":
            answer = date.today() + timedelta(days=self.random.randint(0, 9))
        return kind.fill(question, answer) if answer is not None else Typed({})


class Sender:
    """A program that sends one service's cases, over and over; `sent` counts the answers."""

    def __init__(self, service: Service, seed: int, homes: list[str]) -> None:
        self.service, self.random, self.homes = service, Random(seed), homes
        self.sent, self.calls = 0, 0

    def send(self, answers: int) -> None:
        """Send so many answers, in as many cases as it takes."""
        path = f"/api/v1/services/{self.service.slug}/cases"
        while self.sent < answers:
            if self.calls % 500 == 0:  # as many as one token may in a minute
                system = System("cases:create", name=f"Fuzz {self.service.slug} {self.calls}")
            self.calls += 1
            body = self._body()
            address = f"10.9.{self.calls >> 8 & 255}.{self.calls & 255}"
            system.client.defaults["REMOTE_ADDR"] = address
            try:
                answer = system.send(body, path=path)
            except Exception as exc:
                raise AssertionError(f"{path} raised {exc!r}, for {_short(body)}") from exc
            assert answer.status_code < 500, (
                f"{path} answered {answer.status_code}, for {_short(body)}"
            )
            assert answer.status_code not in (401, 403, 404, 429), answer.content
            self.sent += len(body["answers"])

    def _body(self) -> dict[str, Any]:
        answers = {
            q.id: self._right(q) for q in self.service.form.questions.values() if kinds.of(q).asks
        }
        answers = {name: answer for name, answer in answers.items() if answer is not None}
        for name in self.random.sample(
            sorted(answers), self.random.randint(0, min(3, len(answers)))
        ):
            odd = self.random.choice((ODD, ODD_JSON))
            answers[name] = self.random.choice(odd)
        if self.random.random() < 0.1:
            answers[self.random.choice(ODD)[:100]] = self.random.choice(ODD_JSON)
        return {"channel": "telephone", "answers": answers}

    def _right(self, question: Question) -> Any:
        kind = kinds.of(question)
        if kind.nature == "home":
            return self.random.choice(self.homes)
        if question.options:
            value = self.random.choice(question.options)[0]
            return [value] if kind.name == "choices" else value
        if kind.nature == "spot":
            return "street:11"
        usual = kind.usual
        return usual if isinstance(usual, str | bool | int) else self.random.choice(ODD)


def odd_posts(random: Random, names: list[str], number: int) -> Iterator[Typed]:
    """Go through so many odd posts of a question's fields."""
    for _ in range(number):
        chosen = random.sample(names, random.randint(0, len(names)))
        yield Typed(
            {
                name: [random.choice(ODD) for _ in range(random.choice((1, 1, 1, 2, 0)))]
                for name in chosen
            }
        )


def odd_values(random: Random, number: int) -> Iterator[Any]:
    """Go through so many odd values as a program sends them."""
    for _ in range(number):
        yield random.choice(random.choice((ODD, ODD_JSON)))


def _short(data: Any) -> str:
    text = data if isinstance(data, str) else json.dumps(data, ensure_ascii=True, default=str)
    return text if len(text) < 1500 else f"{text[:1500]}…"

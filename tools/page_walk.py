"""Walks all pages over HTTP: visitors, residents, each role, what comes by e-mail, what goes wrong."""

import io
import json
import re
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

from page_lines import Field, Form, Page, steady
from page_refusals import REFUSALS


class Walker:
    """One person with a browser; all that is seen is written down."""

    made = 0
    # How many pages were seen so far: the clock goes on by it, so that what came first stands first.
    seen = 0

    def __init__(self, folder: Path, who: str, **cookies: str) -> None:
        from django.test import Client

        Walker.made += 1
        # An address each, so that limits by person meet only who does too much.
        self.client = Client(REMOTE_ADDR=f"10.0.0.{Walker.made}", raise_request_exception=False)
        self.client.cookies.load(cookies)
        self.folder, self.names = folder / who, Counter[str]()
        self.forms: dict[str, tuple[str, Form, Page]] = {}
        self.folder.mkdir(parents=True, exist_ok=True)

    def write(self, name: str, answer: Any) -> Page:
        """Write down an answer that is a page, or text; return it read."""
        Walker.seen += 1
        kind, status = answer.get("Content-Type", ""), answer.status_code
        text = "" if answer.streaming else answer.content.decode(errors="replace")
        page = Page(text if "html" in kind else "")
        lines = page.lines() if "html" in kind else text.splitlines()
        name = re.sub(r"[^\w.=&-]+", "_", steady(name))[:120].strip("_")
        self.names[name] += 1
        there = self.folder / f"{name}~{self.names[name]}.txt"
        if "pdf" not in kind:
            there.write_text(steady("\n".join([f"{status} {kind}", *lines, ""])))
        return page

    def get(self, path: str) -> tuple[str, Page]:
        """Look at an address, led on where it leads; return where that was, and the page."""
        answer = self.client.get(path, follow=True)
        return _there(path, answer), self.write(path, answer)

    def post(self, path: str, given: dict[str, Any], why: str = "") -> tuple[str, Page]:
        """Send a form, led on where it leads."""
        answer = self.client.post(path, given)
        hops = 0
        while answer.status_code in (301, 302, 303) and hops < 5:
            hops, path = hops + 1, urljoin(path, answer["Location"])
            if urlsplit(path).hostname not in (None, "testserver"):
                break
            answer = self.client.get(path)
            why += " then"
        return path, self.write(f"POST{why} {urlsplit(path).path}", answer)

    def crawl(self, start: list[str], most: int, within: tuple[str, ...] = ("/",)) -> None:
        """Follow all links; of addresses that differ only in numbers and names, the first `most`."""
        waiting, seen, shapes = list(start), set(start), Counter[str]()
        while waiting:
            path = waiting.pop(0)
            shape = _shape(path)
            shapes[shape] += 1
            if shapes[shape] > most:
                continue
            there, page = self.get(path)
            for form in page.forms:
                action = urljoin(there, form.action or there)
                key = f"{_shape(action)} {sorted({_shape(f.name) for f in form.fields})}"
                self.forms.setdefault(key, (action, form, page))
            for link in page.links:
                parts = urlsplit(urljoin(there, link))
                to = parts.path + (f"?{parts.query}" if parts.query else "")
                if not parts.hostname and parts.path.startswith(within) and to not in seen:
                    seen.add(to)
                    waiting.append(to)

    def press(self, most: int = 3) -> None:
        """Send each form met so far: empty, as it stands, and filled in in some ways."""
        for action, form, page in list(self.forms.values()):
            if re.search(r"sign-out|/demo/as/|/language/", action):
                continue
            ways = [untouched(form), as_it_stands(form), wrong(form)]
            ways += [filled(form, page, n) for n in range(most)]
            for n, given in enumerate(ways):
                if form.method == "get":
                    self.get(f"{action}?{urlencode(given, doseq=True)}")
                else:
                    self.post(action, _files(given), f" {n}")
        self.forms.clear()

    def fill_in(self, start: str, turn: int, wishes: tuple[str, ...] = (), **given: str) -> str:
        """Fill in a service's form from its first page to its end; return where it ended."""
        path, page = self.post(start, given, " begin")
        tried = Counter[str]()
        for _ in range(40):
            forms = [f for f in page.forms if f.method == "post" and "sign-out" not in f.action]
            tried[path] += 1
            if not forms or not path.startswith(start.removesuffix("/begin")) or tried[path] > 5:
                break
            form = forms[-1]
            if tried[path] == 1 and turn < 2 and "/check" not in path:
                self.post(path, wrong(form) if turn else untouched(form), " wrong")
            answers = filled(form, page, turn + tried[path] - 1, wishes)
            path, page = self.post(urljoin(path, form.action or path), _files(answers))
        return path


def _there(path: str, answer: Any) -> str:
    chain = getattr(answer, "redirect_chain", [])
    return urljoin(path, chain[-1][0]) if chain else path


def _shape(path: str) -> str:
    """Return an address without what names one thing of many; services stay apart."""
    parts = urlsplit(steady(path))
    query = sorted(q.split("=")[0] for q in parts.query.split("&"))
    return re.sub(r"[\w-]*\d[\w-]*|[A-Z]{3,}[\w-]*", "*", parts.path) + "?" + ",".join(query)


TYPED = {
    "postcode": "LE67 3FJ", "email": "ann@resident.example", "phone": "01530 555 123",
    "name": "Ann Example", "where-typed": "High Street", "sum": "1.50", "capacity": "2",
    "until": "2026-10-14T18:00", "since": "2026-11-02", "first": "2026-11-02", "last": "2026-11-09",
    "weeks": "2", "code": "NEW-1", "day-0": "2026-12-25", "to-0": "2026-12-28", "find": "1",
    "find-home": "1", "q": "my bin was not emptied", "vehicle": "FX21 ABC", "username": "nobody",
    "password": "wrong", "noticed-day": "3", "noticed-month": "10", "noticed-year": "2026",
}  # fmt: skip
DAYS = ("day", "month", "year")


def untouched(form: Form) -> dict[str, Any]:
    """Return no answers, only what the form says of itself."""
    return {f.name: f.value for f in form.fields if f.kind == "hidden"}


def as_it_stands(form: Form) -> dict[str, Any]:
    """Return what a browser sends when nothing was touched."""
    loose = ("radio", "checkbox", "select")
    kept = [f for f in form.fields if f.kind not in (*loose, "button", "file") or f.chosen]
    return {f.name: f.value for f in kept}


def wrong(form: Form) -> dict[str, Any]:
    """Return answers that no question takes."""
    given = {f.name: f.value if f.kind == "hidden" else "zzz" * 700 for f in form.fields}
    short = {f.name: "99" for f in form.fields if f.name.rpartition("-")[2] in DAYS}
    return {**given, **short, **({"postcode": "zzz"} if "postcode" in given else {})}


def filled(form: Form, page: Page, turn: int, wishes: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return good answers: of what can be chosen what is wished for, else the `turn`th."""
    given: dict[str, Any] = {}
    groups: dict[str, list[Field]] = {}
    numbers = 0
    for one in form.fields:
        groups.setdefault(one.name, []).append(one)
    chosen = {n for n, g in groups.items() if g[0].kind in ("radio", "select")}
    for name, group in groups.items():
        one = group[0]
        if one.kind in ("radio", "select", "checkbox"):
            group = [f for f in group if f.value] or group
            liked = [f for f in group for w in wishes if page.labels.get(f.id, "").startswith(w)]
            given[name] = (liked or [group[turn % len(group)]])[0].value
        elif one.kind == "button":
            # A button of several does one thing; "Find" is pressed where nothing can be chosen yet.
            looks = one.name == "find" and one.value not in chosen
            if looks or (
                one.name not in ("find", "save", "update") and not one.name.endswith("-none")
            ):
                given[name] = group[turn % len(group)].value
        elif one.kind == "number" and name not in TYPED:
            given[name] = one.value or ("1" if numbers == turn % 3 else "")
            numbers += 1
        elif one.kind == "file":
            if turn % 2:
                given[name] = "FILE"
        elif one.kind == "hidden":
            given[name] = group[0].value if len(group) == 1 else [f.value for f in group]
        else:
            usual = {"day": "3", "month": "10", "year": "2026"}.get(name.rpartition("-")[2], "")
            words = TYPED.get(name) or usual or one.value or f"Made-up words {turn}"
            given[name] = next((w for w in wishes if name == "postcode" and " " in w), words)
    return given


def _files(given: dict[str, Any]) -> dict[str, Any]:
    return {k: _file(v) if str(v).startswith(("FILE", "CSV:")) else v for k, v in given.items()}


def _file(text: str) -> io.BytesIO:
    if text == "FILE":
        return _picture()
    made = io.BytesIO(text.removeprefix("CSV:").encode())
    made.name = "plan.csv"
    return made


def _picture() -> io.BytesIO:
    from PIL import Image

    made = io.BytesIO()
    Image.new("RGB", (40, 30), "#1f5c3f").save(made, "PNG")
    made.seek(0)
    made.name = "photo.png"
    return made


ROLES = ("adviser", "officer", "supervisor", "crew", "designer", "manager", "administrator")
STAFF = ("/desk", "/crew", "/status")
STATEMENTS = ("/contact", "/contact?about=address", "/privacy", "/cookies", "/accessibility")


def walk(folder: Path, till: Any, queue: Callable[[], None]) -> None:
    """Walk all pages: first as residents, so that staff find work, then as staff, then what came of it."""
    start = Walker(folder, "demo")
    examples = _examples(start)
    TYPED["postcode"] = examples[0][1]
    slugs = sorted(
        {
            m[1]
            for link in start.get("/")[1].links
            if (m := re.fullmatch(r"/services/([\w-]+)", link))
        }
    )
    sent: list[tuple[Walker, str]] = []
    for who, turns, cookies in (("english", 4, {}), ("welsh", 1, {"doorstep_language": "cy"})):
        _visitors(Walker(folder, f"{who}/visitor", **cookies), examples)
        queue()
        _letters(Walker(folder, f"{who}/letters-to-visitors", **cookies))
        for slug in slugs:
            for turn in range(turns):
                one = Walker(folder, f"{who}/{slug}-{turn}", **cookies)
                sent.append((one, _resident(one, slug, turn, till)))
        for n, wishes in enumerate(examples if turns > 1 else ()):
            one = Walker(folder, f"{who}/example-{n}", **cookies)
            one.fill_in("/services/missed-bin/begin", 2, wishes[1:])
        queue()
        _letters(Walker(folder, f"{who}/letters-to-residents", **cookies))
    staff = {role: Walker(folder, f"staff/{role}") for role in ROLES}
    for role, one in staff.items():
        one.post(f"/demo/as/{role}", {})
        one.crawl(
            ["/desk", "/crew", "/status", "/desk/payments"], 6 if role == "supervisor" else 1, STAFF
        )
        forms = {"adviser": "/desk/new", "crew": "/crew/new"}.get(role)
        for slug in slugs if forms else ():
            for turn in range(3):
                one.fill_in(f"{forms}/{slug}", turn, channel="telephone")
    for role in ("crew", "officer", "supervisor", "administrator", "designer"):
        staff[role].press(1 if role == "officer" else 2)
        queue()
    for role in ("supervisor", "administrator"):
        _refused(staff[role])
        queue()
    _letters(Walker(folder, "letters"))
    for one, case in sent:
        one.crawl([case] if case else [], 3, ("/case",))
        one.press(1)
    for role in ROLES:
        again = Walker(folder, f"again/{role}")
        again.post(f"/demo/as/{role}", {})
        again.crawl(["/desk", "/crew", "/status"], 6 if role == "supervisor" else 1, STAFF)
    _errors(Walker(folder, "errors"))


def _examples(start: Walker) -> list[tuple[str, ...]]:
    """Return the addresses of the demo's start page: outcome, postcode, address, container."""
    html = start.client.get("/demo").content.decode()
    rows = re.findall(r"<tr[^>]*>(.*?)</tr>", html, re.S)
    cells = [re.findall(r"<td[^>]*>(.*?)</td>", row, re.S) for row in rows]
    return [tuple(re.sub("<.*?>", "", c).strip() for c in row) for row in cells if len(row) > 3]


def _visitors(one: Walker, examples: list[tuple[str, ...]]) -> None:
    postcodes = [f"/bins?postcode={row[1].replace(' ', '+')}" for row in examples]
    words = ("bin", "zebra zebra", "a pothole and someone is in danger", "my bin was not emptied")
    asked = [f"/?q={w.replace(' ', '+')}" for w in words]
    one.crawl(["/", *STATEMENTS, *postcodes, *asked, "/bins/snippet", "/bins/9", "/case/open"], 3)
    one.press()


def _resident(one: Walker, slug: str, turn: int, till: Any) -> str:
    """Fill in a form, save it on the way, pay for what was sent; return the page of the case."""
    there = one.fill_in(f"/services/{slug}/begin", turn)
    if not there.startswith("/case/"):
        one.crawl([f"/services/{slug}/save"], 1, (f"/services/{slug}",))
        one.press(1)
        return ""
    case = "/".join(there.split("/")[:3])
    one.crawl([there, case], 3, ("/case",))
    if there.endswith("/pay"):
        _pay(one, there, till, turn)
        one.crawl([case, f"{case}/receipt"], 3, ("/case",))
    one.press(1 if turn % 2 else 2)
    return case


def _pay(one: Walker, there: str, till: Any, turn: int) -> None:
    """Go to the provider and come back: paid, declined, or before it was paid."""
    one.post(there, {}, " pay")
    made = list(till.till.payments.values())[-1]
    card = ("4242424242424242", "4000000000000002", "")[turn % 3]
    if card:
        _control(till, pay=made["id"], card=card)
    one.get(urlsplit(made["return_url"]).path)


def _control(till: Any, **said: object) -> None:
    request = urllib.request.Request(f"{till.base}/_control", json.dumps(said).encode())
    urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=10).close()


def _refused(one: Walker) -> None:
    """Send what is refused, on a case of each kind."""
    _there, page = one.get("/desk")
    found = [link.split("/")[3] for link in page.links if link.startswith("/desk/cases/")]
    kinds = {reference[:2]: reference for reference in reversed(found)}
    _there, page = one.get("/desk/rounds")
    rounds = [f.value for form in page.forms for f in form.fields if f.name == "round"]
    for n, (path, given) in enumerate(REFUSALS):
        for case in sorted(kinds.values()) if "{case}" in path else [""]:
            names = {"case": case, "round": rounds[0] if rounds else ""}
            said = {k: v.format(**names) for k, v in given.items()}
            one.post(path.format(**names), _files(said), f" refused {n}")
    one.get("/desk/payments/ledger.csv?since=x")
    one.get("/desk/homes?postcode=zzz")
    one.crawl(["/desk/plan/changes", "/desk/plan/calendar"], 3, ("/desk/plan",))


def _letters(one: Walker) -> None:
    """Follow the links in all that was sent."""
    _there, page = one.get("/demo/outbox")
    links = [urlsplit(link).path for link in page.links if "://localhost" in link]
    one.crawl(list(dict.fromkeys(links)), 12)
    one.press(1)


def _errors(one: Walker) -> None:
    """Bring about each page that says what went wrong."""
    from django.db import OperationalError
    from django.test import Client
    from django.urls import get_resolver

    one.get("/nowhere")
    one.get("/desk")
    one.get("/services/missed-bin/begin")
    one.write("forged", Client(enforce_csrf_checks=True).post("/services/missed-bin/begin"))
    for _ in range(12):
        answer = one.client.post("/desk/sign-in", {"username": "officer", "password": "wrong"})
    one.write("locked out", answer)
    for _ in range(40):
        answer = one.client.get("/case/open/nothing")
    one.write("too many", answer)
    for fault in (ValueError, OperationalError):

        def view(request: Any, fault: type[Exception] = fault, **_given: Any) -> Any:
            raise fault("as told")

        match = get_resolver().resolve("/privacy")
        for pattern in _patterns(get_resolver()):
            if pattern.callback is match.func and pattern.name == "privacy":
                was, pattern.callback = pattern.callback, view
                one.get("/privacy")
                pattern.callback = was


def _patterns(resolver: Any) -> Iterator[Any]:
    for one in resolver.url_patterns:
        yield from _patterns(one) if hasattr(one, "url_patterns") else [one]

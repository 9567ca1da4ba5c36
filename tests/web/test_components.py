"""Our own macros of GOV.UK Frontend's components give what the library's give, over all of the library's own examples."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.template import engines
from django.test import RequestFactory
from jinja2 import Environment
from markupsafe import Markup

EXAMPLES = settings.ROOT / "static-built" / "examples"
OURS = settings.ROOT / "doorstep/web/kit/templates/kit/components.html"
MACROS = re.findall(r"macro (govuk\w+)\(", OURS.read_text())
# White space beside these is seen on the page; beside all others it is not.
INLINE = {"span", "a", "label", "button"}


def jinja() -> Environment:
    return engines["jinja2"].env  # type: ignore[attr-defined, no-any-return]


def component(macro: str) -> str:
    """Return a component's name in the library: `govukBackLink` is of `back-link`."""
    return re.sub(r"([A-Z])", r"-\1", macro.removeprefix("govuk")).lower().lstrip("-")


def marked(of: Any, name: str = "") -> Any:
    """Return an example's options with what is HTML marked so."""
    if isinstance(of, dict):
        return {key: marked(value, key) for key, value in of.items()}
    if isinstance(of, list):
        return [marked(one) for one in of]
    return Markup(of) if name.lower().endswith("html") and of else of


class Tokens(HTMLParser):
    """A page as tags with their attributes in order of their names, and texts, without white space that is not seen."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[Any] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, sorted((name, _spaced(value)) for name, value in attrs)))

    def handle_endtag(self, tag: str) -> None:
        self.found.append((f"/{tag}",))

    def handle_decl(self, decl: str) -> None:
        self.found.append((decl,))

    def handle_comment(self, data: str) -> None:
        self.found.append(("comment",))

    def handle_data(self, data: str) -> None:
        self.found.append(re.sub(r"\s+", " ", data))

    def seen(self) -> list[Any]:
        """Return them without the spaces that no reader sees: those beside a block."""
        texts = [(at, token) for at, token in enumerate(self.found) if isinstance(token, str)]
        for at, token in texts:
            before = self.found[at - 1][0] if at else "div"
            after = self.found[at + 1][0] if at + 1 < len(self.found) else "div"
            token = token if before.strip("/") in INLINE and before[:1] == "/" else token.lstrip()
            self.found[at] = token if after in INLINE else token.rstrip()
        return [token for token in self.found if token not in ("", " ")]


def _spaced(value: str | None) -> str | None:
    return " ".join(value.split()) if value else value


def drawn(template: str, macro: str, params: Any) -> list[Any]:
    """Return what a macro of a template gives."""
    module = jinja().get_template(template).module
    return Tokens(str(getattr(module, macro)(params))).seen()


def examples() -> list[Any]:
    found = []
    for macro in MACROS:
        for of in json.loads((EXAMPLES / f"{component(macro)}.json").read_text())["fixtures"]:
            found.append(pytest.param(macro, of["options"], id=f"{macro}-{of['name']}"))
    return found


def library(macro: str) -> str:
    return f"govuk_frontend_jinja/components/{component(macro)}/macro.html"


def test_every_example_of_the_library_is_drawn_alike() -> None:
    """All of them in one test: there are hundreds, and each takes a millisecond."""
    of_all = examples()
    assert len(of_all) > 200
    other = []
    for example in of_all:
        macro, options = example.values
        params = marked(options)
        ours, theirs = (drawn(t, macro, params) for t in ("kit/components.html", library(macro)))
        if ours != theirs:
            first = next((p for p in zip(ours, theirs, strict=False) if p[0] != p[1]), "length")
            other.append(f"{example.id}: {first}")
    assert not other, "\n".join(other)


def test_the_examples_are_those_of_the_look_that_is_served() -> None:
    version = (settings.ROOT / "static-built" / "govuk" / "version.txt").read_text()
    package = json.loads((settings.ROOT / "package.json").read_text())
    assert package["dependencies"]["govuk-frontend"].lstrip("^~") == version


@pytest.mark.parametrize("macro", MACROS)
def test_a_text_that_is_not_marked_as_safe_is_escaped_wherever_it_stands(macro: str) -> None:
    """Each text of the component's examples is made one that would do harm, one after the other."""
    bad = "<script>alert('x')</script>\""
    for of in json.loads((EXAMPLES / f"{component(macro)}.json").read_text())["fixtures"]:
        for params in _each_made(of["options"], bad):
            html = str(getattr(jinja().get_template("kit/components.html").module, macro)(params))
            assert "<script" not in html, (of["name"], params)


def _each_made(of: Any, bad: str) -> list[Any]:
    """Return copies of an example, in each of which one text is a bad one; attributes as text are the page's own."""
    if isinstance(of, str):
        return [bad]
    pairs = of.items() if isinstance(of, dict) else enumerate(of) if isinstance(of, list) else ()
    found = []
    for key, value in pairs:
        if key == "attributes" and isinstance(value, str):
            continue
        for made in _each_made(value, bad):
            copy = of.copy()
            copy[key] = made
            found.append(copy)
    return found


def test_pages_use_ours_where_there_is_one() -> None:
    """The library's own macro is a second way to draw the same, and ten times as dear."""
    names = "|".join(MACROS)
    for path in Path(settings.ROOT / "doorstep").rglob("*.html"):
        text = path.read_text()
        assert not re.search(rf"from \"govuk_frontend_jinja[^\n]* import ({names})\b", text), path


def test_the_frame_of_a_page_is_the_librarys_without_what_no_page_has() -> None:
    """All tags around header, content and footer, in their order; each of the library's is there, with its attributes."""
    request = RequestFactory().get("/")
    request.user, request.csp_nonce = AnonymousUser(), "nonce"  # type: ignore[attr-defined]
    theirs_alone = ("headIcons", "govukHeader", "govukFooter")
    blank = "".join(f"{{% block {name} %}}-{{% endblock %}}" for name in theirs_alone)
    theirs = frame("govuk_frontend_jinja/template.html", blank, request)
    ours = frame("kit/base.html", "", request)
    assert len(theirs) > 10
    # What is not there in ours has no use without it: the icons and footer of GOV.UK.
    assert [tag for tag in theirs if tag not in ours] == []
    order = [ours.index(tag) for tag in theirs]
    assert order == sorted(order)


def frame(template: str, blank: str, request: Any) -> list[Any]:
    """Return a page's tags down to those that only hold what a page fills in."""
    source = f'{{% extends "{template}" %}}{blank}{{% set cspNonce = "nonce" %}}'
    html = jinja().from_string(source).render(request=request, htmlLang="en", themeColor="#1f5c3f")
    parts = [token for token in Tokens(html).seen() if isinstance(token, tuple)]
    of_frame = {"html", "head", "meta", "body", "script", "header", "main", "footer"}
    classes = re.compile("govuk-(skip-link|template|width-container|main-wrapper)")
    return [
        token
        for token in parts
        if len(token) > 1
        and (token[0] in of_frame or classes.search(str(dict(token[1]).get("class"))))
    ]


def test_a_dict_with_a_key_called_items_still_has_its_items() -> None:
    """A page of a form may be called so."""
    page = jinja().from_string(
        "{% for k, v in d.items() %}{{ k }}={{ v }} {{ d.none.less }}{% endfor %}"
    )
    assert page.render(d={"items": 1}) == "items=1 "

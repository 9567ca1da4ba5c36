"""Nobody outside `forms/questions` compares a question's kind by its name, or lists kinds: a kind says all of itself."""

import ast
import re
from collections.abc import Iterator

from doorstep.cli.embedded import ROOT
from doorstep.forms.questions.kinds import KINDS

WHERE = ROOT / "doorstep"
OWN = WHERE / "forms" / "questions"
# `{% if q.kind == "photo" %}`, `"photo" == q.kind`, `q.kind in ("photo", …)`, `selectattr("kind", "in", …)`.
NAMES = "|".join(KINDS)
IN_TEMPLATE = re.compile(
    rf"\.kind\s*(?:==|!=|in|not in)\s*[(\[]?\s*\"(?:{NAMES})\"|\"(?:{NAMES})\"\s*(?:==|!=)\s*\w+\.kind\b"
    r"|selectattr\(\"kind\""
)


def compared(text: str) -> Iterator[str]:
    """Yield what a module compares with a kind's name where a `.kind` stands on the other side."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            strings = {
                n.value for s in sides for n in ast.walk(s) if isinstance(n, ast.Constant)
            } & set(KINDS)
            kinds = [
                n
                for s in sides
                for n in ast.walk(s)
                if isinstance(n, ast.Attribute) and n.attr == "kind"
            ]
            if kinds and strings:
                yield ast.unparse(node)
        elif isinstance(node, ast.Tuple | ast.List | ast.Set | ast.Dict):
            parts = node.keys if isinstance(node, ast.Dict) else node.elts
            named = [n.value for n in parts if isinstance(n, ast.Constant) and n.value in KINDS]
            if len(set(named)) > 1 and len(named) == len(parts):
                yield ast.unparse(node)
        elif isinstance(node, ast.Subscript) and ast.unparse(node.value) == "KINDS":
            yield from [ast.unparse(node)] if isinstance(node.slice, ast.Constant) else []


def test_no_kind_is_compared_or_listed_by_name() -> None:
    found = {
        str(path.relative_to(ROOT)): said
        for path in WHERE.rglob("*.py")
        if OWN not in path.parents and "migrations" not in path.parts
        if (said := list(compared(path.read_text())))
    }
    assert found == {}


def test_no_template_compares_a_kind_by_name() -> None:
    found = {
        str(path.relative_to(ROOT)): said
        for path in WHERE.rglob("*.html")
        if (said := IN_TEMPLATE.findall(path.read_text()))
    }
    assert found == {}


def test_an_offence_is_seen() -> None:
    planted = (
        "question.kind == 'photo'",
        "q.kind in ('photo', 'photos')",
        "'slot' == q.kind",
        "CHOSEN = ('choice', 'choices')",
        "TYPES = {'text': 1, 'date': 2}",
        "KINDS['date'].read(q, v)",
    )
    assert [len(list(compared(text))) > 0 for text in planted] == [True] * len(planted)
    assert IN_TEMPLATE.search('{% if q.kind == "photo" %}')
    assert IN_TEMPLATE.search('{% if page.questions[0].kind in ("address", "location") %}')

"""Front doors lead to each other by the names of addresses, never by addresses written out."""

import ast
from collections.abc import Iterator

from doorstep.cli.embedded import ROOT

WEB = ROOT / "doorstep" / "web"
LEADS = {"HttpResponseRedirect", "redirect"}


def written_out(text: str) -> Iterator[str]:
    """Yield each redirect of a module whose address is written out."""
    for node in ast.walk(ast.parse(text)):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args):
            continue
        first = node.args[0]
        if isinstance(first, ast.JoinedStr) and first.values:
            first = first.values[0]
        said = first.value if isinstance(first, ast.Constant) else ""
        if node.func.id in LEADS and isinstance(said, str) and said.startswith("/"):
            yield ast.unparse(node)


def test_no_redirect_is_written_out() -> None:
    found = {
        str(path.relative_to(ROOT)): said
        for path in WEB.rglob("*.py")
        if (said := list(written_out(path.read_text())))
    }
    assert found == {}


def test_one_that_is_written_out_is_seen() -> None:
    planted = 'def f(n):\n    return HttpResponseRedirect(f"/desk/cases/{n}")\n'
    assert len(list(written_out(planted))) == 1
    assert list(written_out('redirect("desk_case", reference=n)')) == []

"""Pages are compiled once, at set-up; whatever differs from what was compiled is compiled as it is."""

import subprocess
import sys
from pathlib import Path

import pytest
from jinja2 import DictLoader, Environment
from jinja2.bccache import Bucket

from doorstep.web.environment import environment
from doorstep.web.kit.compiled import Compiled, Compiling

ROOT = Path(__file__).resolve().parents[2]


def test_every_page_is_there_as_it_is_now(monkeypatch: pytest.MonkeyPatch) -> None:
    subprocess.run([sys.executable, ROOT / "tools" / "compiled_pages.py"], check=True)
    from django.template import engines

    pages = engines["jinja2"].env  # type: ignore[attr-defined]
    kept = pages.bytecode_cache
    assert isinstance(kept, Compiled)
    found: dict[str, bool] = {}
    load = Compiled.load_bytecode

    def seen(cache: Compiled, bucket: Bucket) -> None:
        load(cache, bucket)
        found[bucket.key] = bucket.code is not None

    monkeypatch.setattr(Compiled, "load_bytecode", seen)
    names = pages.list_templates(extensions=["html"])
    for name in names:
        pages.loader.load(pages, name)
    assert len(found) == len(names) > 100 and all(found.values())


def _pages(cache: Compiling, source: str) -> Environment:
    return environment(loader=DictLoader({"page.html": source}), bytecode_cache=cache)


def test_a_page_that_changed_is_compiled_as_it_is_and_nothing_is_written(tmp_path: Path) -> None:
    _pages(Compiling(tmp_path), "before").get_template("page.html")
    (file,) = tmp_path.iterdir()
    written = file.read_bytes()
    changed = _pages(Compiled(tmp_path), "after")
    assert changed.get_template("page.html").render() == "after"
    assert list(tmp_path.iterdir()) == [file] and file.read_bytes() == written


def test_what_is_kept_is_not_of_an_environment_that_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "environment.py").write_text("another")
    before = Compiled(tmp_path).get_cache_key("page.html")
    monkeypatch.setattr("doorstep.web.kit.compiled.ENVIRONMENT", tmp_path / "environment.py")
    assert Compiled(tmp_path).get_cache_key("page.html") != before

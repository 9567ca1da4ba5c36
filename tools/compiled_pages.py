"""Compile every page's template once, so that no process has to before its first pages.

Run by `tools/setup.py` with `.venv`'s Python; does nothing when nothing changed.
"""

import hashlib
import os
import shutil
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "static-built" / "pages"


def main() -> None:
    """Compile them, if any has changed."""
    mark = _mark()
    if (OUT / "of").exists() and (OUT / "of").read_text() == mark:
        return
    # Beside the old ones, so that who runs it meanwhile never finds half of them.
    new = Path(tempfile.mkdtemp(prefix="pages-", dir=OUT.parent))
    new.chmod(0o755)
    _compile(new)
    (new / "of").write_text(mark)
    shutil.rmtree(OUT, ignore_errors=True)
    new.rename(OUT)


def _compile(folder: Path) -> None:
    """Compile all templates into a folder; no council's settings are needed for it."""
    with tempfile.TemporaryDirectory() as data:
        os.environ |= {"DOORSTEP_DEMO": "1", "DOORSTEP_DATA": data, "SECRET_KEY": "of no use"}
        os.environ["DJANGO_SETTINGS_MODULE"] = "doorstep.settings"
        import django

        django.setup()
        from django.template import engines

        from doorstep.web.kit.compiled import Compiling

        pages = engines["jinja2"].env
        pages.bytecode_cache = Compiling(folder)
        for name in pages.list_templates(extensions=["html", "xml", "txt"]):
            pages.get_template(name)
        for file in folder.iterdir():  # the library makes them for its own user alone
            file.chmod(0o644)


def _mark() -> str:
    """Return a mark of all that is compiled, and of how."""
    web = ROOT / "doorstep" / "web"
    files = sorted(f for f in web.rglob("templates/**/*") if f.is_file())
    how = [Path(__file__), web / "environment.py", web / "kit" / "compiled.py"]
    found = hashlib.sha256()
    for file in (*files, *how, ROOT / "requirements.txt"):
        found.update(str(file.relative_to(ROOT)).encode() + b"\0" + file.read_bytes())
    return found.hexdigest()


if __name__ == "__main__":
    main()

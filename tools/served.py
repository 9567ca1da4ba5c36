"""Make the files that browsers are given: each under a name that says what it holds, and compressed beside it.

Run by `tools/setup.py` with `.venv`'s Python; does nothing when nothing changed. Pages find the names in the
manifest (Django's ManifestStaticFilesStorage); whitenoise sends the compressed ones.
"""

import hashlib
import shutil
import sys
from pathlib import Path

import django
from django.conf import settings
from django.core.management import call_command

ROOT = Path(__file__).resolve().parents[1]
BUILT = ROOT / "static-built"
SOURCES = {
    "govuk": BUILT / "govuk",
    "leaflet": BUILT / "leaflet",
    "kit": ROOT / "doorstep" / "web" / "kit" / "static" / "kit",
}


def main() -> None:
    """Collect, name and compress them, if any has changed."""
    out, mark = BUILT / "served", _mark()
    if (out / "of").exists() and (out / "of").read_text() == mark:
        return
    # Beside the old ones, so that who runs it meanwhile never finds half of them.
    new = BUILT / "served-new"
    sys.path.insert(0, str(ROOT))
    shutil.rmtree(new, ignore_errors=True)
    settings.configure(
        INSTALLED_APPS=["django.contrib.staticfiles"],
        STATIC_URL="/static/",
        STATIC_ROOT=new,
        STATICFILES_DIRS=list(SOURCES.items()),
        STORAGES={"staticfiles": {"BACKEND": "doorstep.web.kit.static_files.Served"}},
    )
    django.setup()
    call_command("collectstatic", interactive=False, verbosity=0)
    (new / "of").write_text(mark)
    shutil.rmtree(out, ignore_errors=True)
    new.rename(out)


def _mark() -> str:
    """Return a mark of all that the files are made of, and of how."""
    files = [f for folder in SOURCES.values() for f in sorted(folder.rglob("*")) if f.is_file()]
    how = [Path(__file__), ROOT / "doorstep" / "web" / "kit" / "static_files.py"]
    found = hashlib.sha256()
    for file in (*files, *how):
        found.update(str(file.relative_to(ROOT)).encode() + b"\0" + file.read_bytes())
    return found.hexdigest()


if __name__ == "__main__":
    main()

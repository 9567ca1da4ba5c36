"""Fetch GOV.UK Frontend, Leaflet and a font for paper by npm and copy the few built files that pages need into `static-built/`."""

import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BUILT = ROOT / "static-built"


def npm(folder: Path) -> list[str]:
    """Return the command for npm: the machine's from version 9 on, else one of PyPI's, by its digest, into a folder."""
    if shutil.which("npm"):
        version = subprocess.run(["npm", "--version"], capture_output=True, text=True).stdout
        if version.split(".")[0].isdigit() and int(version.split(".")[0]) >= 9:
            return ["npm"]
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    python, lock = str(folder / "bin" / "python"), str(ROOT / "requirements-npm.txt")
    install = ["-m", "pip", "install", "-q", "--require-hashes", "-r", lock]
    if subprocess.run([python, *install]).returncode:
        sys.exit("doorstep: npm could not be fetched; is this machine on the network?")
    return [str(folder / "bin" / "npm")]


def main() -> None:
    """Fetch, copy, and leave out what a council must not ship: GDS Transport, crown and crest."""
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as tools:
        for name in ("package.json", "package-lock.json"):
            shutil.copy(ROOT / name, folder)
        command = [
            *npm(Path(tools)),
            "ci",
            "--no-audit",
            "--no-fund",
            "--silent",
            "--ignore-scripts",
        ]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
        if done.returncode:
            sys.exit(
                f"doorstep: npm could not fetch the page assets; is this machine on the network?\n{done.stderr[-800:]}"
            )
        source = Path(folder) / "node_modules" / "govuk-frontend" / "dist" / "govuk"
        out = BUILT / "govuk"
        out.mkdir(parents=True, exist_ok=True)
        css = (source / "govuk-frontend.min.css").read_text()
        css = re.sub(r"@font-face\s*\{[^}]*\}", "", css)
        css = css.replace("GDS Transport,arial,sans-serif", "var(--council-font,arial,sans-serif)")
        css = css.replace("url(/assets/images/govuk-crest.svg)", "none")
        css = re.sub(r"/\*# sourceMappingURL=.*?\*/", "", css)
        (out / "govuk-frontend.css").write_text(css)
        js = (source / "govuk-frontend.min.js").read_text()
        (out / "govuk-frontend.js").write_text(re.sub(r"//# sourceMappingURL=.*", "", js))
        version = json.loads((source.parents[1] / "package.json").read_text())["version"]
        (out / "version.txt").write_text(version)
        _examples(source / "components")
        _fonts(Path(folder) / "node_modules" / "dejavu-fonts-ttf")
        _leaflet(Path(folder) / "node_modules" / "leaflet" / "dist")


def _examples(source: Path) -> None:
    """Copy the library's own examples of its components: a test holds ours against them (tests/web/test_components.py)."""
    out = BUILT / "examples"
    out.mkdir(parents=True, exist_ok=True)
    for fixtures in source.glob("*/fixtures.json"):
        shutil.copy(fixtures, out / f"{fixtures.parent.name}.json")


def _fonts(source: Path) -> None:
    """Copy the font of lists on paper: free (Bitstream Vera's licence), and with more letters than any PDF reader has."""
    out = BUILT / "fonts"
    out.mkdir(parents=True, exist_ok=True)
    for name in ("ttf/DejaVuSans.ttf", "ttf/DejaVuSans-Bold.ttf", "LICENSE"):
        shutil.copy(source / name, out)


def _leaflet(source: Path) -> None:
    """Copy the map's script and style; its pictures of pins are not used, pages draw their own."""
    out = BUILT / "leaflet"
    out.mkdir(parents=True, exist_ok=True)
    script = (source / "leaflet.js").read_text()
    (out / "leaflet.js").write_text(re.sub(r"//# sourceMappingURL=.*", "", script))
    style = (source / "leaflet.css").read_text()
    (out / "leaflet.css").write_text(re.sub(r"url\([^)]*\)", "none", style))


if __name__ == "__main__":
    main()

"""Install what Doorstep needs into this folder: `.venv`, and the page assets. Needs only Python 3.11."""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
TOOLS = ROOT / ".tools"
# What is installed, each file by its digest: a change of any of them is installed anew.
LOCKS = (
    "requirements.txt",
    "requirements-setup.txt",
    "requirements-npm.txt",
    "package-lock.json",
    "tools/frontend.py",
)


def stop(sentence: str) -> None:
    """Say what is missing and what to do, and end."""
    sys.exit(f"doorstep: {sentence}")


def run(command: list[str], sentence: str) -> None:
    """Run a command quietly; when it fails, show its words and one sentence."""
    done = subprocess.run(
        command, capture_output=True, text=True, cwd=ROOT, stdin=subprocess.DEVNULL
    )
    if done.returncode:
        # The last lines say it; a program's retries would bury our sentence.
        sys.stderr.write("\n".join((done.stdout + done.stderr).splitlines()[-3:]) + "\n")
        stop(sentence)


# Debian's chromium; the shell without windows does the same for a third less work.
BROWSERS = ("chromium-headless-shell", "chromium")


def apt(*packages: str) -> None:
    """Install Debian packages; only called as root."""
    print(f"Installing Debian's {' and '.join(packages)} …", flush=True)
    run(
        ["apt-get", "update", "-q"],
        "apt-get cannot reach its sources; connect to the network and try again.",
    )
    command = ["apt-get", "install", "-y", "-q", "--no-install-recommends", *packages]
    run(command, f"apt-get could not install {' '.join(packages)}; install it and try again.")


def make_venv() -> None:
    """Make `.venv`, with Debian's python3-venv when that is missing and we are root."""
    if (VENV / "bin" / "pip").exists():
        return
    shutil.rmtree(VENV, ignore_errors=True)
    probe = [sys.executable, "-c", "import venv, ensurepip"]
    if subprocess.run(probe, capture_output=True).returncode:
        if os.geteuid() or not shutil.which("apt-get"):
            stop(
                "Python's venv module is missing; run `apt-get install python3-venv` as root and try again."
            )
        apt("python3-venv")
    run([sys.executable, "-m", "venv", str(VENV)], "the folder .venv could not be made; see above.")


def install(requirements: Path) -> None:
    """Install the pinned requirements by uv."""
    pip = str(VENV / "bin" / "pip")
    offline = "packages could not be fetched; is this machine on the network?"
    uv = VENV / "bin" / "uv"
    # The same version again is no work.
    own = ["--require-hashes", "-r", "requirements-setup.txt"]
    run([pip, "install", "-q", "--retries", "1", *own], offline)
    python = str(VENV / "bin" / "python")
    command = [str(uv), "pip", "install", "-q", "--python", python, "--require-hashes", "-r"]
    command.append(str(requirements))
    if subprocess.run(command, cwd=ROOT, capture_output=True).returncode:
        # A machine with a package source that only pip knows.
        run([pip, "install", "-q", "--require-hashes", "-r", str(requirements)], offline)
    site = next((VENV / "lib").glob("python3*")) / "site-packages" / "doorstep-here.pth"
    site.write_text(f"{ROOT}\n")
    script = VENV / "bin" / "doorstep"
    script.write_text(f"#!{python}\nfrom doorstep.cli.main import main\nmain()\n")
    script.chmod(0o755)


def compiled() -> None:
    """Compile all that runs: in production nobody may write beside it (docs/how-to/run.md)."""
    folders = [str(ROOT / name) for name in ("doorstep", "standins")]
    command = [str(VENV / "bin" / "python"), "-m", "compileall", "-q", "-j", "0"]
    run([*command, *folders], "a file of this folder cannot be compiled; see above.")
    # A library may carry a file for another version of Python, which nothing loads.
    subprocess.run([*command, str(VENV / "lib")], capture_output=True)


def words() -> None:
    """Compile page text in other languages, where its source is newer than what was compiled."""
    for source in (ROOT / "locale").glob("*/LC_MESSAGES/django.po"):
        made = source.with_suffix(".mo")
        if not made.exists() or made.stat().st_mtime < source.stat().st_mtime:
            pybabel = str(VENV / "bin" / "pybabel")
            command = [pybabel, "-q", "compile", "-i", str(source), "-o", str(made), "-D", "django"]
            run(command, f"{source} could not be compiled; see above.")


def served() -> None:
    """Name and compress the files that browsers are given, where any has changed."""
    python = str(VENV / "bin" / "python")
    command = [python, str(ROOT / "tools" / "served.py")]
    run(command, "the files for browsers could not be made; see above.")


def pages() -> None:
    """Compile the pages' templates, where any has changed."""
    command = [str(VENV / "bin" / "python"), str(ROOT / "tools" / "compiled_pages.py")]
    run(command, "a page's template could not be compiled; see above.")


def browser() -> None:
    """See that there is a chromium for the tests, by apt when we are root; a test says when it is not."""
    # The node that playwright brings along is linked against libatomic.
    there = any(Path("/usr/lib").glob("*/libatomic.so.1")) and any(map(shutil.which, BROWSERS))
    if there or os.environ.get("DOORSTEP_NO_BROWSER") == "1":
        return
    if os.geteuid() == 0 and shutil.which("apt-get"):
        run(["apt-get", "update", "-q"], "apt-get cannot reach its sources; try again.")
        known = [name for name in BROWSERS if _apt_knows(name)]
        apt(known[0] if known else BROWSERS[-1], "libatomic1")


def _apt_knows(package: str) -> bool:
    asked = subprocess.run(["apt-cache", "show", package], capture_output=True)
    return asked.returncode == 0


def main() -> None:
    """Install for running, or with --dev for testing too; a second call finds all done."""
    if sys.version_info < (3, 11):  # noqa: UP036 - run by whatever python3 there is
        stop(f"Python 3.11 or newer is needed; this is {sys.version.split()[0]}.")
    dev = "--dev" in sys.argv or (VENV / "dev").exists()
    requirements = ROOT / ("requirements-dev.txt" if dev else "requirements.txt")
    if "--dev" in sys.argv:
        browser()
    parts = [
        requirements.read_bytes(),
        *((ROOT / name).read_bytes() for name in LOCKS),
        bytes(ROOT),
    ]
    wanted = hashlib.sha256(b"".join(parts)).hexdigest()
    stamp = VENV / "done"
    if stamp.exists() and stamp.read_text() == wanted and (ROOT / "static-built").exists():
        words()
        served()
        pages()
        return
    print("Installing what Doorstep needs into .venv (once, about a minute) …", flush=True)
    make_venv()
    install(requirements)
    subprocess.run([str(VENV / "bin" / "python"), str(ROOT / "tools" / "frontend.py")], check=True)
    words()
    served()
    pages()
    if dev:
        (VENV / "dev").touch()
    else:  # who changes files has them compiled as they run
        compiled()
    stamp.write_text(wanted)


if __name__ == "__main__":
    main()

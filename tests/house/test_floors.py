"""The floors hold, and would be seen not to."""

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, env={"PYTHONPATH": str(folder)}
    )


def test_an_import_upwards_is_caught(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "doorstep", tmp_path / "doorstep")
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    with (tmp_path / "doorstep" / "cases" / "queries.py").open("a") as file:
        file.write("\nfrom doorstep.messages import models\n")
    done = lint(tmp_path)
    assert done.returncode == 1 and "doorstep.cases.queries -> doorstep.messages" in done.stdout


def test_a_circle_inside_a_room_is_caught(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "doorstep", tmp_path / "doorstep")
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    with (tmp_path / "doorstep" / "payments" / "refunds.py").open("a") as file:
        file.write("\n\ndef _late() -> None:\n    from doorstep.payments import jobs\n")
    done = lint(tmp_path)
    assert done.returncode == 1 and "No cycles are allowed in doorstep.payments" in done.stdout


def test_a_new_room_fails_until_it_is_drawn(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "doorstep", tmp_path / "doorstep")
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    (tmp_path / "doorstep" / "utils").mkdir()
    (tmp_path / "doorstep" / "utils" / "__init__.py").touch()
    assert lint(tmp_path).returncode == 1


def test_no_council_is_named_in_the_product() -> None:
    named = [
        str(path)
        for path in (ROOT / "doorstep").rglob("*")
        if path.suffix in (".py", ".html", ".css", ".js", ".yaml")
        and "Leicestershire" in path.read_text()
    ]
    assert named == []

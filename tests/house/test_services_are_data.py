"""The product names none of its street services: they are data, and could be any others."""

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WORDS = ("graffiti", "fouling", "tipping", "litter", "needle", "bulky")
# The demonstration shows services that it publishes itself.
ASIDE = "doorstep/demo/"
SLUGS = ("dog-fouling", "fly-tipping", "litter-bin", "abandoned-vehicle", "hazard")


def test_no_line_of_the_product_names_a_street_service() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "doorstep"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    assert len(listed) > 300
    named = re.compile("|".join((*WORDS, *SLUGS)), re.IGNORECASE)
    found = []
    for name in listed:
        path = ROOT / name
        if name.startswith(ASIDE):
            continue
        if path.suffix in (".py", ".html", ".js", ".css", ".yaml", ".md", ".sql"):
            for number, line in enumerate(path.read_text().splitlines(), 1):
                if named.search(line):
                    found.append(f"{name}:{number}")
    assert found == []
    for slug in SLUGS:
        assert (ROOT / "services" / slug / "service.yaml").exists()

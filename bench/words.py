"""How often a resident's own words lead to the right service: measured on sentences of which half is held out.

`python -m bench.words` prints it; `make bench` prints it too. It needs no database.
"""

import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).resolve().parent
NONE = "none"
Rows = list[tuple[str, str]]


@dataclass(frozen=True)
class Found:
    """What came of some sentences: shares of those that have an answer, and of those that have none."""

    name: str
    size: int
    answerable: int
    first: float
    in_three: float
    rightly_unsure: float
    wrongly_unsure: float
    most_ms: float

    def __str__(self) -> str:
        """Return it as a line to be read."""
        return (
            f"own words, {self.name}: {self.size} sentences, {self.answerable} with an answer: "
            f"first right {self.first:.1%}, among three {self.in_three:.1%}, "
            f"unsure though there is one {self.wrongly_unsure:.1%}; of the {self.size - self.answerable} "
            f"without one, rightly unsure {self.rightly_unsure:.1%}; slowest {self.most_ms:.1f} ms"
        )


def sentences() -> tuple[Rows, Rows]:
    """Return the sentences with their labels: those that limits were set on, and those held out."""
    read: dict[str, list[str]] = yaml.safe_load((HERE / "own_words.yaml").read_text())
    every = [(label, n, text) for label, texts in read.items() for n, text in enumerate(texts)]
    return (
        [(label, text) for label, n, text in every if n % 2 == 0],
        [(label, text) for label, n, text in every if n % 2 == 1],
    )


def index() -> Any:
    """Return the index of the library as it stands here, and of other authorities."""
    from doorstep.catalogue import queries as catalogue
    from doorstep.catalogue.build_service import build
    from doorstep.council import queries as council
    from doorstep.signposts import index as topics
    from doorstep.signposts.search import Index

    made = []
    for folder in catalogue.library():
        files = catalogue.read_folder(folder)
        spoken = topics.in_every_language(lambda files=files: build(files).about)
        if spoken[0].slug != council.current().anything:
            made.append(topics.of_service(spoken))
    return Index([*made, *topics.of_authorities()])


def measure(name: str, rows: Rows, of: Any) -> Found:
    """Propose for each sentence, and count."""
    first = in_three = wrongly = rightly = 0
    slowest = 0.0
    for label, text in rows:
        began = time.perf_counter()
        keys = [p.key for p in of.propose(text)]
        slowest = max(slowest, time.perf_counter() - began)
        if label == NONE:
            rightly += not keys
            continue
        first += keys[:1] == [label]
        in_three += label in keys
        wrongly += not keys
    answerable = sum(1 for label, _ in rows if label != NONE)
    return Found(
        name,
        len(rows),
        answerable,
        first / answerable,
        in_three / answerable,
        rightly / (len(rows) - answerable),
        wrongly / answerable,
        slowest * 1000,
    )


def figures() -> list[Found]:
    """Measure both halves."""
    tuned, held_out = sentences()
    of = index()
    return [measure("limits set on", tuned, of), measure("held out", held_out, of)]


def main() -> None:
    """Print the figures; with `-v` also the sentences of the first half that went wrong."""
    import django

    django.setup()
    for found in figures():
        print(found)
    if "-v" in sys.argv:
        of = index()
        for label, text in sentences()[0]:
            ranked = of.propose(text)
            if ([p.key for p in ranked[:1]] or [NONE]) != [label]:
                print(
                    label, "|", text, "|", [(p.key, round(p.score, 1), p.because) for p in ranked]
                )


if __name__ == "__main__":
    import os

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "doorstep.settings")
    main()

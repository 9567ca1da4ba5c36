"""Whether a claim of benefit runs: how long the answer takes when all is right, when something is wrong, when there is none.

`python -m bench.claims` prints it; `make bench` prints it too. It loads an extract of 20,000 claims into a database of its own.
"""

import csv
import sys
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

CLAIMS, TIMES = 20_000, 1_500
BORN = date(1980, 1, 1)


def _write(folder: Path) -> None:
    """Write an extract of claims, each of two people, in the shape of the three tables."""
    heads = {
        "hbclaim.csv": ("claim_id", "check_digit", "status_ind"),
        "hbhousehold.csv": ("claim_id", "house_id", "to_date"),
        "hbmember.csv": ("claim_id", "house_id", "surname", "birth_date"),
    }
    files = {name: (folder / name).open("w", newline="") for name in heads}
    out = {name: csv.writer(file) for name, file in files.items()}
    for name, head in heads.items():
        out[name].writerow(head)
    for n in range(1, CLAIMS + 1):
        out["hbclaim.csv"].writerow((f"{n:07}", n % 10, 1))
        out["hbhousehold.csv"].writerow((f"{n:07}", 1, "2099-12-31"))
        for surname in (f"Surname{_letters(n)}", f"Other{_letters(n)}"):
            out["hbmember.csv"].writerow((f"{n:07}", 1, surname, BORN))
    for file in files.values():
        file.close()


def _letters(n: int) -> str:
    """Return a number in letters: digits do not count in a surname."""
    return "".join(chr(97 + int(digit)) for digit in str(n))


def _asked(kind: str, n: int) -> tuple[str, str, date]:
    claim, surname = f"{n:07}{n % 10}", f"Surname{_letters(n)}"
    if kind == "another name":
        return claim, "Nobody", BORN
    if kind == "another day":
        return claim, surname, date(1981, 1, 1)
    if kind == "no such claim":
        return f"{n + 5_000_000:07}{n % 10}", surname, BORN
    return claim, surname, BORN


KINDS = ("all right", "another name", "another day", "no such claim")


def figures() -> Iterator[str]:
    """Yield the load's time, and each kind's time in the middle and at the 95th of a hundred, taken in turns."""
    from django.utils import timezone

    from doorstep.connectors.academy_extract import AcademyExtract
    from doorstep.customers import extract

    with TemporaryDirectory() as folder:
        _write(Path(folder))
        began = time.monotonic()
        loaded = extract.load(Path(folder), now=timezone.now(), tell=lambda *_: None, smaller=True)
        took = time.monotonic() - began
    yield f"extract of benefits: {loaded.claims:,} claims, {loaded.keys:,} people loaded in {took:.1f} s"
    source, found = AcademyExtract(), {kind: list[float]() for kind in KINDS}
    for n in range(1, TIMES + 1):
        # Each kind goes first as often as the others.
        for kind in (*KINDS[n % 4 :], *KINDS[: n % 4]):
            claim, surname, born = _asked(kind, n)
            began = time.perf_counter()
            said = source.entitled(claim=claim, surname=surname, born=born, purpose="bench")
            found[kind].append((time.perf_counter() - began) * 1000)
            if said != ("yes" if kind == KINDS[0] else "no"):
                raise SystemExit(f"{kind}: {said}")
    for kind, times in found.items():
        times.sort()
        middle, late = times[len(times) // 2], times[len(times) * 95 // 100]
        yield f"a claim, {kind}: p50 {middle:.2f} ms, p95 {late:.2f} ms ({TIMES:,} times)"


def main() -> None:
    """Print the figures."""
    from bench import servers

    servers.database("doorstep_bench_claims")
    import django

    django.setup()
    print(*figures(), sep="\n")


if __name__ == "__main__":
    sys.exit(main())

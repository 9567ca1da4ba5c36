"""Finding one of a million people, and a person's and a home's page beside half a million cases.

`python -m bench.people` prints it. It makes the people, in bulk and in the shape that `customers.matching` writes, in the bench's
large database, where they are kept: first a hundred thousand, which are measured, then up to a million. Names are drawn by how often
names are: a few are many people's, most are few people's. Each figure is of the whole request through Django's test client, in one
process: wall time in the middle and at the 95th of a hundred, CPU of that process, and statements.
"""

import itertools
import random
import sys
import time
from collections.abc import Iterator
from typing import Any

from bench import cases, servers

SEED, TIMES = 7, 60
STEPS = (100_000, 1_000_000)
FIRST = [
    "Margaret",
    "John",
    "Catherine",
    "David",
    "Susan",
    "Michael",
    "Patricia",
    "Peter",
    "Julie",
    "Paul",
    "Karen",
    "Stephen",
    "Jane",
    "Andrew",
    "Sarah",
    "Mark",
    "Helen",
    "Christine",
    "Robert",
    "Linda",
    "James",
    "Elizabeth",
    "William",
    "Mary",
    "Thomas",
    "Emma",
    "George",
    "Anne",
    "Jack",
    "Priya",
    "Mohammed",
    "Agnieszka",
    "Owen",
    "Bethan",
    "Gurpreet",
    "Zoe",
    "Aisha",
    "Piotr",
    "Ewan",
    "Fiona",
    "Nigel",
    "Doreen",
    "Kevin",
    "Tracey",
    "Gareth",
    "Sian",
    "Imran",
    "Yusuf",
    "Halina",
    "Chloe",
    "Liam",
    "Olivia",
    "Noah",
    "Amelia",
]
LAST = [
    "Smith",
    "Jones",
    "Taylor",
    "Brown",
    "Williams",
    "Wilson",
    "Johnson",
    "Davies",
    "Robinson",
    "Wright",
    "Thompson",
    "Evans",
    "Walker",
    "White",
    "Roberts",
    "Green",
    "Hall",
    "Wood",
    "Jackson",
    "Clarke",
    "Patel",
    "Khan",
    "Lewis",
    "James",
    "Phillips",
    "Mason",
    "Mitchell",
    "Rose",
    "Davis",
    "Rodgers",
    "Hughes",
    "Edwards",
    "Hill",
    "Moore",
    "Clark",
    "Harrison",
    "Scott",
    "Young",
    "Morris",
    "Ward",
    "Turner",
    "Baker",
    "Cooper",
    "Whitmore",
    "Kowalczyk",
    "Llewellyn",
    "Gill",
    "Nowak",
    "Singh",
    "Begum",
]
# Of what rarer names are put together.
BEGIN = ["Ash", "Bar", "Bel", "Bro", "Cal", "Cas", "Cla", "Cor", "Dan", "Del", "Eck", "Ell", "Fal", "Fen", "Gar", "Gil", "Har", "Hol", "Ire", "Jen", "Kel", "Kin", "Lam", "Lin", "Mar", "Mel", "Nor", "Orm", "Pel", "Pen", "Ral", "Ros", "Sal", "Ser", "Tal", "Tur", "Und", "Ver", "Wal", "Wes", "Yar"]  # fmt: skip
MIDDLE = [
    "a",
    "e",
    "i",
    "o",
    "u",
    "an",
    "en",
    "in",
    "on",
    "ar",
    "er",
    "or",
    "al",
    "el",
    "il",
    "am",
    "em",
    "im",
]
END = ["by", "comb", "cott", "den", "don", "field", "ford", "gate", "ham", "hurst", "land", "ley", "low", "man", "mere", "more", "ridge", "sett", "shaw", "ston", "ton", "wick", "win", "wood", "worth"]  # fmt: skip


def surnames() -> list[str]:
    """Return some twenty thousand surnames, the frequent ones first."""
    rare = ["".join(parts) for parts in itertools.product(BEGIN, MIDDLE, END)]
    random.Random(SEED).shuffle(rare)
    return LAST + rare


def _often(count: int, at_first: float) -> list[float]:
    """Return how often each of so many names is, the n-th by 1/n as names are, summed for a draw."""
    return list(itertools.accumulate(1 / (n + at_first) for n in range(1, count + 1)))


def people(first: int, last: int) -> Iterator[tuple[str, str, str]]:
    """Yield name, e-mail address and telephone of made-up people, the same each time."""
    draw, names = random.Random(f"{SEED}:{first}"), surnames()
    fore, sur = _often(len(FIRST), 4), _often(len(names), 9)
    for n in range(first, last + 1):
        (one,) = draw.choices(FIRST, cum_weights=fore)
        (other,) = draw.choices(names, cum_weights=sur)
        yield f"{one} {other}", f"{one}.{other}.{n}@resident.example".lower(), f"01530{n:06}"[:11]


def make(upto: int) -> None:
    """Make people until there are so many, telling how far it is; every second has cases of the bench."""
    from django.db import connection, transaction

    from doorstep.customers import matching, names
    from doorstep.customers.models import Contact, Customer, Person

    # Nothing is looked into while it is measured.
    Customer.objects.filter(matched_at=None).update(matched_at=_now())
    there, began = Person.objects.count(), time.monotonic()
    homes = _homes()
    for first in range(there + 1, upto + 1, 10_000):
        last, now = min(upto, first + 9_999), _now()
        with transaction.atomic():
            made = [
                Person(name=name, words=names.index_words([name]), made_at=now, last_at=now)
                for name, _, _ in people(first, last)
            ]
            for n, person in enumerate(made, first):
                person.home_id = homes[n * 7919 % len(homes)]
            Person.objects.bulk_create(made, batch_size=2_000)
            reach = zip(made, people(first, last), strict=True)
            contacts = [
                Contact(person=person, kind=kind, key=value, value=value)
                for person, (_, email, phone) in reach
                for kind, value in (("email", email), ("phone", phone))
            ]
            Contact.objects.bulk_create(contacts, batch_size=2_000)
            for some in range(0, len(made), 1_000):
                matching.learn(
                    word for person in made[some : some + 1_000] for word in person.words
                )
            loose = Customer.objects.filter(person=None).order_by("id")
            ids = list(loose.values_list("id", flat=True)[:5_000])
            rows = [Customer(pk=pk, person=made[k // 3]) for k, pk in enumerate(ids)]
            Customer.objects.bulk_update(rows, ["person"], batch_size=1_000)
        cases.tell(last, upto, (time.monotonic() - began) / (last - there), "people")
    with connection.cursor() as cursor:
        cursor.execute("vacuum analyze")


def _now() -> Any:
    from django.utils import timezone

    return timezone.now()


def _homes() -> list[int]:
    from doorstep.places.models import Property

    return list(Property.objects.order_by("uprn").values_list("uprn", flat=True))


# What is typed, by what it is: misspelt, cut short, frequent, rare, a telephone number, an address.
def typed() -> dict[str, list[str]]:
    """Return texts by their kind, made of people who are there."""
    some = list(people(1, 400))[::3]
    return {
        "a name as it is": [name for name, _, _ in some],
        "a name misspelt": [_slip(name) for name, _, _ in some],
        "a frequent surname alone": LAST[:30],
        "the first three letters": [name.split()[1][:3] for name, _, _ in some],
        "an initial and a surname": [f"{name[0]} {name.split()[1]}" for name, _, _ in some],
        "a telephone number": [phone for _, _, phone in some],
        "the end of a number": [phone[-6:] for _, _, phone in some],
        "an e-mail address": [email for _, email, _ in some],
        "house number and street": _addresses(),
    }


def _slip(name: str) -> str:
    """Return a name with two letters of the surname changed round."""
    fore, sur = name.split()
    return f"{fore} {sur[0]}{sur[2]}{sur[1]}{sur[3:]}"


def _addresses() -> list[str]:
    from doorstep.places.models import Property

    homes = Property.objects.select_related("street").order_by("uprn")[1_000:40_000:900]
    return [home.line for home in homes]


def _client() -> Any:
    from django.test import Client

    from doorstep.staff.models import StaffUser

    client = Client(headers={"host": "localhost"})
    client.force_login(
        StaffUser.objects.get(username="supervisor"), "django.contrib.auth.backends.ModelBackend"
    )
    return client


def measure(what: str, requests: list[Any]) -> str:
    """Send requests one after another, twice, and tell of the second time; each is a function of nothing."""
    from django.db import connection

    for request in requests[:5]:
        request()
    counted: list[str] = []

    def count(execute: Any, sql: str, *rest: Any) -> Any:
        counted.append(sql)
        return execute(sql, *rest)

    with connection.execute_wrapper(count):
        requests[0]()
    times, began = [], time.process_time()
    for request in requests:
        start = time.perf_counter()
        answer = request()
        times.append((time.perf_counter() - start) * 1000)
        if answer.status_code != 200:
            raise SystemExit(f"{what}: {answer.status_code}")
    cpu = (time.process_time() - began) * 1000 / len(requests)
    times.sort()
    middle, late = times[len(times) // 2], times[len(times) * 95 // 100]
    return (
        f"{what}: p50 {middle:.0f} ms, p95 {late:.0f} ms, longest {times[-1]:.0f} ms, "
        f"{cpu:.0f} CPU-ms of the web, {len(counted)} statements"
    )


def searches() -> Iterator[str]:
    """Yield what each kind of search costs."""
    client = _client()
    from doorstep.web.models import Hit

    for what, texts in typed().items():
        Hit.objects.all().delete()
        texts = (texts * TIMES)[:TIMES]
        yield measure(
            f"find {what}",
            [
                lambda text=text: client.post("/desk/find", {"find": text, "box": "1"})
                for text in texts
            ],
        )


def pages() -> Iterator[str]:
    """Yield what the pages of people with cases, and of homes with cases, cost."""
    from doorstep.cases.models import Case
    from doorstep.customers.models import Customer

    client = _client()
    numbers = Customer.objects.filter(person__isnull=False).order_by("-id")
    whose = list(dict.fromkeys(numbers.values_list("person", flat=True)[: TIMES * 3]))[:TIMES]
    opened = Case.objects.filter(place__isnull=False, closed_at=None).order_by("-id")
    homes = list(opened.values_list("place", flat=True)[:TIMES])
    yield measure(
        "a person's page", [lambda n=n: client.get(f"/desk/customers/{n}") for n in whose]
    )
    yield measure("a home's page", [lambda n=n: client.get(f"/desk/homes/{n}") for n in homes])


def main() -> None:
    """Print the figures; `small` makes ten thousand cases and a hundred thousand people only."""
    is_small = sys.argv[1:2] == ["small"]
    servers.database(servers.SMALL if is_small else servers.NAME)
    import django

    django.setup()
    servers.publish_two_page()
    cases.make(10_000 if is_small else 500_000)
    for count in STEPS[:1] if is_small else STEPS:
        make(count)
        print(f"With {count:,} people:", flush=True)
        for line in searches():
            print(f"  {line}", flush=True)
    print("Pages:", *pages(), sep="\n  ")


if __name__ == "__main__":
    sys.exit(main())

"""A definition cannot hold up, or end, the process that reads it: it is read, or refused with a sentence."""

import time
from typing import Any

import pytest
from django.utils import timezone

from doorstep.catalogue import queries as catalogue
from doorstep.catalogue.errors import DefinitionError
from doorstep.catalogue.models import Version
from doorstep.catalogue.queries import library, read_folder
from doorstep.catalogue.reading import Source

LAUGHS = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{b}: &{b} [{', '.join(['*' + a] * 10)}]\n"
    for a, b in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        "- " * 5_000 + "a",
        "{a: " * 3_000,
        LAUGHS,
        "a: 2026-13-45",
        "a: 2026-01-01T99:99:99",
        "a: " + "9" * 5_000,
        "a: 0x" + "f" * 10_000,
        "? [a]\n: b",
        "a: *nobody",
        "!!python/object/apply:os.system [x]",
        "a: \x00",
        "x" * 1_000_001,
        "\t- a",
        "a: " + "x " * 400_000 + "]",
    ],
    ids=range(15),
)
def test_what_would_hurt_is_refused_with_its_file(text: str) -> None:
    began = time.process_time()
    try:
        Source("form.yaml", text)
    except DefinitionError as exc:
        (problem,) = exc.problems
        assert problem.file == "form.yaml" and len(problem.words) < 400
    assert time.process_time() - began < 5


def test_a_day_that_is_none_is_said_as_such() -> None:
    with pytest.raises(
        DefinitionError, match="form.yaml:1: not readable as YAML: `2026-13-45` looks like a day"
    ):
        Source("form.yaml", "a: 2026-13-45")


def test_aliases_are_counted_as_what_they_stand_for() -> None:
    with pytest.raises(DefinitionError, match="more than 100,000 parts"):
        Source("form.yaml", LAUGHS)
    assert Source("form.yaml", "a: &a [x]\nb: *a").data == {"a": ["x"], "b": ["x"]}


def test_our_own_are_far_from_the_bounds() -> None:
    for folder in library():
        for name, text in read_folder(folder).items():
            assert len(text) < 100_000, name


def test_a_version_that_this_process_cannot_read_holds_up_no_other(
    district: Any, client: Any
) -> None:
    """As while an older process goes on beside a newer one that has published what only it knows."""
    contents = catalogue.contents(catalogue.running()[0].digest)
    newer = contents["form.yaml"].replace("kind: address", "kind: hologram")
    files = {**contents, "form.yaml": newer}
    service_yaml = files["service.yaml"].replace("slug: missed-bin", "slug: seen-bin")
    files["service.yaml"] = service_yaml
    now = timezone.now()
    Version.objects.create(
        digest="9" * 64, slug="seen-bin", files=files, current=True, published_at=now
    )
    catalogue.runs.forget()
    assert [s.slug for s in catalogue.running()] == ["missed-bin"]
    assert client.get("/").status_code == 200

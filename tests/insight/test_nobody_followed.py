"""No table, log line or cookie joins two sittings: what two people did cannot be told apart, nor one's two forms joined."""

from collections.abc import Callable
from typing import Any

from django.apps import apps
from django.db import connection

from doorstep.insight import actions as insight
from doorstep.insight.models import Phrase, StepCell
from tests.form_client import FormClient
from tests.missed_bin import fill_in

Browser = Callable[..., FormClient]


def test_what_is_counted_has_no_column_for_a_person() -> None:
    key = {"day", "service", "version", "page", "what", "detail", "device", "channel", "language"}
    assert {f.name for f in StepCell._meta.get_fields()} == {"id", "n", *key}
    assert {f.name for f in Phrase._meta.get_fields()} == {"id", "n", "day", "words", "language"}
    assert not [f for m in (StepCell, Phrase) for f in m._meta.get_fields() if f.is_relation]


def test_one_persons_two_forms_look_as_those_of_two(district: Any, browser: Browser) -> None:
    boxes = iter(district.boxes)

    def rows(same: bool) -> list[tuple[Any, ...]]:
        client = browser()
        for _ in range(2):
            # Another bin each time: about one there would be a stop.
            fill_in(client, next(boxes))
            client = client if same else browser()
        insight.FLUSHER.flush()
        cells = StepCell.objects.exclude(what="time").order_by("page", "what", "detail")
        found = list(cells.values_list("day", "page", "what", "detail", "device", "n"))
        StepCell.objects.all().delete()
        return found

    assert rows(same=True) == rows(same=False)


def test_counting_gives_a_browser_no_cookie(district: Any, browser: Browser, settings: Any) -> None:
    boxes = iter(district.boxes)

    def cookies() -> set[str]:
        client = browser()
        fill_in(client, next(boxes))
        return set(client.cookies)

    counted = cookies()
    settings.COUNTING = False
    assert cookies() == counted


def test_counting_writes_into_its_own_tables_alone(
    district: Any, browser: Browser, settings: Any
) -> None:
    """Beside its sums, a form that is counted leaves the same rows as one that is not."""

    boxes = iter(district.boxes)

    def filled() -> dict[str, int]:
        with connection.cursor() as cursor:
            names = [m._meta.db_table for m in apps.get_models()]
            asked = " union all ".join(f"select '{n}', count(*) from {n}" for n in sorted(names))
            cursor.execute(asked)
            return dict(cursor.fetchall())

    def grown_by(client: FormClient) -> dict[str, int]:
        before = filled()
        fill_in(client, next(boxes))
        insight.FLUSHER.flush()
        grown = {name: n - before[name] for name, n in filled().items() if n > before[name]}
        grown.pop("web_hit", None)  # what limits count has a row for each stretch of time
        return grown

    fill_in(browser(), next(boxes))
    insight.FLUSHER.flush()
    StepCell.objects.all().delete()
    counted, not_counted = grown_by(browser()), grown_by(browser(HTTP_SEC_GPC="1"))
    assert counted.pop("insight_stepcell") > 0
    assert counted == not_counted


def test_no_line_of_the_log_says_what_was_counted(
    district: Any, browser: Browser, caplog: Any
) -> None:
    with caplog.at_level("DEBUG", logger="doorstep"):
        fill_in(browser(), district.boxes[0])
        insight.FLUSHER.flush()
    said = [r.getMessage() for r in caplog.records]
    assert said and not [line for line in said if "phone" in line or "insight" in line]

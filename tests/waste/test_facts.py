"""What rules may know of a home's containers: the next day, whether crews fetch them, how an earlier report ended."""

from datetime import timedelta
from typing import Any

import pytest

from doorstep.cases import deciding
from doorstep.cases.models import Case
from doorstep.catalogue import queries as catalogue
from doorstep.catalogue.build_service import build
from doorstep.catalogue.errors import DefinitionError
from doorstep.council import queries as council
from doorstep.forms import facts
from doorstep.staff.actor import Actor
from doorstep.waste.models import Assisted, Round, Suspension

OFFICER = Actor("staff", "officer")


def asked(name: str, *args: object, now: Any) -> Any:
    value = facts.one(name).find(*args, now=now)
    assert isinstance(value, facts.Observed)
    return value.value


def test_the_next_day_is_after_today_and_nothing_where_none_is_known(district: Any) -> None:
    box, now = district.boxes[0], district.now
    Round.objects.update(anchor=district.today, weeks=2)
    where = (str(box.place_id), str(box.pk))
    next_day = district.today + timedelta(days=14)
    assert asked("waste.next_due", *where, now=now) == {"date": next_day}
    last = district.today + timedelta(days=400)
    Suspension.objects.create(stream=box.round.stream, first=district.today, last=last)
    assert asked("waste.next_due", *where, now=now) == {"date": None}
    assert asked("waste.next_due", str(box.place_id), "nothing", now=now) == {"date": None}


def test_rules_know_whether_crews_fetch_a_homes_containers(district: Any) -> None:
    home = district.boxes[0].place_id
    assert asked("waste.assisted", str(home), now=district.now) is False
    Assisted.objects.create(place_id=home)
    assert asked("waste.assisted", str(home), now=district.now) is True


def of_missed_bin(old: str, new: str) -> dict[str, str]:
    contents = catalogue.read_folder(council.home() / "services" / "missed-bin")
    extra = "      helped: waste.assisted(property)\n      closed:"
    form = contents["form.yaml"].replace("      closed:", extra, 1)
    form = form.replace(
        "      report_by:", '      both: "helped && today == today"\n      report_by:'
    )
    assert old in form
    return {**contents, "form.yaml": form.replace(old, new, 1)}


@pytest.mark.parametrize("name", ["helped", "both"])
def test_no_sentence_names_it_nor_what_is_worked_out_of_it(db: None, name: str) -> None:
    build(of_missed_bin("size(open) > 0", "size(open) > 0 && !helped"))
    with pytest.raises(DefinitionError, match=f"`{{{name}}}` is for rules alone"):
        build(of_missed_bin("until the end of {report_by}", f"until {{{name}}}"))


def test_a_stop_that_names_what_is_not_there_is_refused(db: None) -> None:
    with pytest.raises(DefinitionError, match="nothing is called `{next.day}` here"):
        build(of_missed_bin("{next.date}", "{next.day}"))


def test_a_report_made_since_the_last_collection_and_closed_counts_as_reported(
    district: Any,
) -> None:
    case = district.case(0)
    about: dict[str, Any] = {"case_id": case.pk, "by": OFFICER, "now": district.now}
    deciding.decide(**about, decision="close", reason="The lid was frozen shut")
    again = district.draft(0)
    assert again.decisions["bin"]["code"] == "dealt_with"
    assert district.draft(1).decisions["bin"]["result"] != "stopped"  # another bin
    Case.objects.update(opened_at=district.now - timedelta(days=30))  # of an earlier collection
    assert district.draft(0).decisions["bin"]["code"] != "dealt_with"

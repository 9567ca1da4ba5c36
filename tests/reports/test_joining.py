"""An officer joins a report to one nearby by the button that names it."""

import re
from typing import Any

from doorstep.reports.models import Joined
from tests.form_client import text
from tests.people import signed_in
from tests.streets import Streets

FORM = re.compile(r"<form\b.*?</form>", re.S)
FIELD = re.compile(r'<input[^>]*name="(seen|into)"[^>]*value="([^"]*)"', re.S)


def test_the_button_of_a_report_nearby_names_it_and_nothing_else(district: Any) -> None:
    streets = Streets(district)
    first = streets.case("street:11")
    second = streets.case("street:11", email="bob@resident.example")
    officer, here = signed_in("officer"), f"/desk/cases/{second.reference}"
    forms = FORM.findall(text(officer.get(here)))
    (pressed,) = [form for form in forms if f"Join to {first.reference}" in form]
    fields = FIELD.findall(pressed)
    assert [value for name, value in fields if name == "into"] == [first.reference]
    officer.post(f"{here}/merge", dict(fields))
    assert Joined.objects.get(case=second).into == first

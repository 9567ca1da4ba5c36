"""The pages of reports: what drawing them costs."""

from typing import Any

from doorstep.reports import still_there
from tests.form_client import FormClient
from tests.streets import Streets


def test_who_says_so_is_kept_with_the_report_and_costs_no_statement(
    district: Any, counted: Any
) -> None:
    streets = Streets(district)
    case = streets.case()
    streets.case("street:12")
    still_there.say(reference=case.reference, owner_key="ann", now=streets.now)
    client = FormClient()
    for there, most in (("/reports", 3), (f"/reports/{case.reference}", 3), ("/reports.json", 2)):
        client.get(there)
        with counted(there, most):
            client.get(there)

"""Statements of each page and of sending, printed; savepoints and BEGIN are not counted."""

from typing import Any

from doorstep.cases.models import Case
from doorstep.fieldwork.models import Job
from doorstep.staff.models import StaffUser
from tests.form_client import SEEN, FormClient, text

PAGE, SUBMIT = 8, 25


def test_a_residents_pages(district: Any, counted: Any) -> None:
    resident, base = FormClient(), "/services/missed-bin"
    box = district.boxes[0]
    sends: list[tuple[str, dict[str, str]]] = [
        (f"{base}/begin", {}),
        (f"{base}/address", {"postcode": "LE67 3FJ", "find": "1"}),
        (f"{base}/address", {"property": str(box.place_id)}),
        (f"{base}/bin", {"container": str(box.pk)}),
        (f"{base}/contact", {"name": "Ann", "email": "ann@resident.example", "phone": ""}),
    ]
    for path in ("/", base):
        with counted(f"GET {path}", PAGE):
            resident.get(path)
    for path, given in sends:
        with counted(f"POST {path} {' '.join(given)}", PAGE):
            answer = resident.post(path, given)
        with counted(f"GET {answer['Location']}", PAGE):
            assert resident.get(answer["Location"]).status_code == 200
    shown = SEEN.search(text(resident.get(f"{base}/check")))
    sending = {"seen": shown[1] if shown else ""}
    with counted("POST check: submit", SUBMIT):
        there = resident.post(f"{base}/check", sending)["Location"]
    for path in (there, f"/case/{Case.objects.get().reference}"):
        with counted(f"GET {path[:6]}", PAGE):
            assert resident.get(path).status_code == 200


def test_staff_pages_do_not_grow_with_their_rows(district: Any, counted: Any) -> None:
    officer, crew = FormClient(), FormClient()
    for client, name in ((officer, "officer"), (crew, "crew")):
        who = StaffUser.objects.get(username=name)
        client.force_login(who, "django.contrib.auth.backends.ModelBackend")
    for n in range(6):
        district.case(n)
    Job.objects.update(day=district.today)
    reference = Case.objects.earliest("pk").reference
    for client, path in ((officer, "/desk"), (officer, f"/desk/cases/{reference}")):
        with counted(f"GET {path[:11]}", 14):
            assert client.get(path).status_code == 200
    for path in ("/crew", "/crew/REF-1"):
        with counted(f"GET {path}", 12):
            assert crew.get(path).status_code == 200

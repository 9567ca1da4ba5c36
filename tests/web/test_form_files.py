"""Files of a form: each told by what is in it, kept although another is refused, shut until it is scanned, saved and never shown."""

import io
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from doorstep.cases import forgetting, jobs
from doorstep.cases.models import Case, Draft, Shared
from doorstep.fieldwork.models import Job
from doorstep.files import jobs as scanning
from doorstep.files import papers
from doorstep.files.models import Paper
from doorstep.outside.errors import TryLater
from doorstep.staff.models import Look
from doorstep.tasks.models import Task
from doorstep.web.kit import uploads
from standins.clamav.app import EICAR, StandIn
from tests import odd_files as odd
from tests import tenancy
from tests.form_client import FormClient, text, words
from tests.people import narrowed, signed_in
from tests.publishing import publish
from tests.system import System

pytestmark = pytest.mark.django_db
BASE = "/services/tenancy"


@pytest.fixture
def service(district: Any) -> None:
    publish(tenancy.FILES)


@pytest.fixture
def standin(service: None, settings: Any) -> Iterator[StandIn]:
    with tenancy.scanner(settings) as app:
        yield app


def begun(client: FormClient) -> FormClient:
    client.post(f"{BASE}/begin")
    client.post(f"{BASE}/about", {"about": "A lease"})
    return client


def send(client: FormClient, *files: Any, **fields: Any) -> Any:
    return client.post(f"{BASE}/papers", {"papers-file": list(files), **fields})


def sent(client: FormClient, *files: Any) -> Case:
    """Send a form with these files and return its case."""
    assert send(client, *files).status_code == 302
    client.post(f"{BASE}/contact", {"email": ""})
    client.post(f"{BASE}/check")
    return Case.objects.latest("id")


def scanned(row: Paper) -> Paper:
    papers.scan(row.name)
    papers.make_preview(row.name)
    row.refresh_from_db()
    return row


def delete_now(run: Any) -> Any:
    """Do what is done once the transaction is sure."""
    with run(execute=True):
        pass
    return run


LEASE = odd.sent("lease.pdf", odd.pdf())


def test_each_is_listed_by_name_and_size_though_another_was_refused(service: None) -> None:
    client = begun(FormClient())
    page = send(client, odd.sent("lease.pdf", odd.pdf()), odd.sent("run.pdf", b"MZ\x90\x00" * 9))
    says = words(page)
    assert "“run.pdf” is not a file that we can take here" in says
    assert "PDF, DOCX, JPG, PNG, TXT, CSV" in says
    assert re.search(r"lease.pdf [0-9.]+ (kB|Bytes)", says), says
    assert 'href="#papers-file"' in text(page)
    # It comes back with the page, is not sent again, and another is added to it.
    again = words(client.get(f"{BASE}/papers"))
    assert "We have 1 file" in again and "lease.pdf" in again
    name = Paper.objects.get().name
    assert send(client, odd.sent("b.docx", odd.office()), papers=name).status_code == 302
    client.post(f"{BASE}/contact", {"email": ""})
    check = words(client.get(f"{BASE}/check"))
    assert "lease.pdf, b.docx" in check and name not in check
    # One is removed by its box.
    assert send(client, papers=[name], **{"papers-none": name}).status_code == 200
    assert "Choose a file" in words(send(client))


@pytest.mark.parametrize(
    ("name", "body", "says"),
    [
        ("a.pdf", b"", "“a.pdf” is empty"),
        ("a.pdf", odd.locked_pdf(), "“a.pdf” is locked with a password"),
        ("a.docx", odd.office(odd.WITH_MACROS), "“a.docx” has macros in it"),
        ("a.doc", odd.OLE, "“a.doc” is an old Word or Excel file"),
        ("a.docx", odd.bomb(), "“a.docx” takes more memory or time to read"),
        ("a.pdf", odd.pdf()[:100], "“a.pdf” is damaged"),
        ("a.xlsx", odd.office(odd.XLSX), "“a.xlsx” is not a file that we can take here"),
        ("a.jpg", odd.picture("GIF"), "“a.jpg” is not a file that we can take here"),
        ("a.pdf", b"%PDF-1.4" + bytes(21 * 1024 * 1024), "“a.pdf” must be smaller than 20 MB"),
        ("<b>.pdf", b"\x00", "“<b>.pdf” is not a file"),
    ],
)
def test_what_is_refused_is_named_with_what_to_do(
    service: None, name: str, body: bytes, says: str
) -> None:
    page = send(begun(FormClient()), odd.sent(name, body))
    assert page.status_code == 200 and says in text(page).replace("&lt;", "<").replace("&gt;", ">")
    assert "<b>.pdf" not in page.content.decode() and not Paper.objects.exists()


@pytest.mark.parametrize(
    ("given", "body", "kept"),
    [
        ("lease.pdf", odd.pdf(), "lease.pdf"),
        ("lease.exe", odd.pdf(), "lease.exe.pdf"),
        ("lease.docx", odd.pdf(), "lease.pdf"),
        ("IMG_1.PNG", odd.picture(), "IMG_1.jpg"),
        ("table.csv", b"a,b", "table.csv"),
        ("script.js", b"alert(1)", "script.js.txt"),
        ("no ending", odd.pdf(), "no ending.pdf"),
        ("fdp\u202efdp.exe", odd.pdf(), "fdpfdp.exe.pdf"),
        ("..\\..\\\x00a\tb.pdf", odd.pdf(), "a b.pdf"),
        ("tŷ 🏠.pdf", odd.pdf(), "tŷ 🏠.pdf"),
        (".pdf", odd.pdf(), "pdf.pdf"),
        ("x" * 300 + ".pdf", odd.pdf(), "x" * 96 + ".pdf"),
    ],
)
def test_its_own_name_ends_as_what_it_is(service: None, given: str, body: bytes, kept: str) -> None:
    file = odd.sent("x", body)
    file._name = given  # type: ignore[attr-defined]  # as a program sends it, untidied
    papers.take(file, types=("pdf", "docx", "png", "jpeg", "text"), now=timezone.now())
    assert Paper.objects.get().file_name.lstrip(".-") == kept


def test_a_picture_is_written_anew_and_nothing_else_is_changed(service: None) -> None:
    from PIL import Image

    body = odd.pdf()
    for file in (odd.sent("a.pdf", body), odd.sent("b.png", odd.picture())):
        papers.take(file, types=("pdf", "png"), now=timezone.now())
    lease, photo = Paper.objects.order_by("file_name")
    assert (papers.folder() / lease.name).read_bytes() == body
    with Image.open(papers.folder() / photo.name) as image:
        assert (image.format, photo.kind) == ("JPEG", "jpeg")


def test_without_a_scanner_staff_save_it_and_read_that_nobody_looked(service: None) -> None:
    case = sent(begun(FormClient()), odd.sent("tŷ lease.pdf", odd.pdf()))
    row = Paper.objects.get()
    assert (row.state, row.kept, row.holder) == ("unscanned", True, case.reference)
    papers.make_preview(row.name)
    officer, there = signed_in("officer"), f"/desk/cases/{case.reference}"
    page = officer.get(there)
    assert "not checked for viruses" in words(page) and f"{there}/files/{row.name}/small" in text(
        page
    )
    answer = officer.get(f"{there}/files/{row.name}")
    assert b"".join(answer.streaming_content) == odd_body(row)
    assert answer["Content-Disposition"] == "attachment; filename*=utf-8''t%C5%B7%20lease.pdf"
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer["Cache-Control"] == "private, no-store"
    assert Look.objects.filter(what="file", key=row.name).exists()
    small = officer.get(f"{there}/files/{row.name}/small")
    assert small["Content-Type"] == "image/jpeg"


def odd_body(row: Paper) -> bytes:
    return (papers.folder() / row.name).read_bytes()


def test_nobody_else_comes_at_it(service: None) -> None:
    case = sent(begun(FormClient()), odd.sent("lease.pdf", odd.pdf()))
    other = sent(begun(FormClient()), odd.sent("other.pdf", odd.pdf()))
    row = Paper.objects.get(holder=case.reference)
    there = f"/desk/cases/{case.reference}/files/{row.name}"
    assert FormClient().get(there).status_code == 302
    assert signed_in("crew").get(there).status_code == 403
    officer = signed_in("officer")
    assert officer.get(there).status_code == 200
    for path in (
        f"/desk/cases/{other.reference}/files/{row.name}",
        f"/desk/cases/{case.reference}/photos/{row.name}",
        f"/desk/cases/{case.reference}/files/{'0' * 32}.file",
        f"/desk/cases/{case.reference}/files/..%2fpapers%2f{row.name}",
        f"/case/{case.reference}/photos/{row.name}",
        f"/case/{case.reference}/files/{row.name}",
        f"{BASE}/photos/{row.name}",
    ):
        assert officer.get(path).status_code in (302, 404, 410), path


def test_who_sees_a_part_of_a_case_reads_what_its_files_are_called_and_no_more(
    service: None,
) -> None:
    case = sent(begun(FormClient()), odd.sent("lease.pdf", odd.pdf()))
    row, there = Paper.objects.get(), f"/desk/cases/{case.reference}"
    papers.make_preview(row.name)
    Shared.objects.create(case=case, kind="sent", key="county")
    partner, manager = narrowed("partner", key="county"), signed_in("manager")
    assert "lease.pdf" in words(partner.get(there))
    assert "lease.pdf" not in words(manager.get(there))
    for seat in (partner, manager):
        for path in (f"{there}/files/{row.name}", f"{there}/files/{row.name}/small"):
            assert seat.get(path).status_code == 404


def test_a_crew_reads_what_they_are_called(service: None) -> None:
    case = sent(begun(FormClient()), odd.sent("lease.pdf", odd.pdf()))
    now = timezone.now()
    about = {"crew_list": "REF-1", "day": now.date(), "about_kind": "home", "about_key": "1"}
    Job.objects.create(case=case, title="Look at it", outcomes=["done"], made_at=now, **about)
    Shared.objects.create(case=case, kind="round", key="REF-1")
    crew = signed_in("crew")
    page = crew.get("/crew/REF-1")
    assert "Files that the office has: lease.pdf" in words(page)
    assert Paper.objects.get().name not in text(page)


def test_it_is_shut_to_everybody_until_it_is_scanned(standin: StandIn) -> None:
    client = begun(FormClient())
    case = sent(client, odd.sent("lease.pdf", odd.pdf()))
    row, officer = Paper.objects.get(), signed_in("officer")
    there = f"/desk/cases/{case.reference}"
    papers.make_preview(row.name)
    assert row.state == "waiting"
    assert "being checked for viruses" in words(officer.get(there))
    for path in (f"{there}/files/{row.name}", f"{there}/files/{row.name}/small"):
        assert officer.get(path).status_code == 404
        assert path not in text(officer.get(there))
    assert "being checked for viruses" in words(client.get(f"/case/{case.reference}"))
    assert scanned(row).state == "clean" and standin.seen == [odd_body(row)]
    page = words(officer.get(there))
    assert "being checked" not in page and "not checked" not in page
    assert officer.get(f"{there}/files/{row.name}").status_code == 200
    own = words(client.get(f"/case/{case.reference}"))
    assert "Your files" in own and "lease.pdf" in own and "being checked" not in own


def test_one_with_a_virus_is_deleted_told_and_asked_about_once(
    standin: StandIn, django_capture_on_commit_callbacks: Any
) -> None:
    client = begun(FormClient())
    case = sent(client, odd.sent("eicar.txt", EICAR), odd.sent("lease.pdf", odd.pdf()))
    for row in Paper.objects.all():
        with django_capture_on_commit_callbacks(execute=True):
            papers.scan(row.name)
    bad = Paper.objects.get(state="refused")
    assert bad.found == "Eicar-Test-Signature" and not (papers.folder() / bad.name).exists()
    jobs.tell_of_files()
    jobs.tell_of_files()
    officer, there = signed_in("officer"), f"/desk/cases/{case.reference}"
    page = words(officer.get(there))
    assert "deleted: a virus was found in it (Eicar-Test-Signature)" in page
    assert "A file was deleted, because a virus was found in it: Eicar-Test-Signature" in page
    assert Task.objects.filter(text__contains="eicar.txt", ended_at=None).count() == 1
    assert officer.get(f"{there}/files/{bad.name}").status_code == 404
    own = words(client.get(f"/case/{case.reference}"))
    assert "One file could not be taken: “eicar.txt”" in own and "lease.pdf" in own
    assert case.events.filter(kind="file refused").count() == 1


def test_one_that_is_found_before_it_is_sent_is_told_at_its_field(
    standin: StandIn, django_capture_on_commit_callbacks: Any
) -> None:
    client = begun(FormClient())
    send(client, odd.sent("eicar.txt", EICAR))
    client.post(f"{BASE}/contact", {"email": ""})
    with django_capture_on_commit_callbacks(execute=True):
        papers.scan(Paper.objects.get().name)
    answer = client.post(f"{BASE}/check")
    assert answer["Location"] == f"{BASE}/papers?again=1" and not Case.objects.exists()
    page = words(client.get(f"{BASE}/papers?again=1"))
    assert "We found a virus in “eicar.txt” and deleted it" in page and "We have" not in page
    assert sent(client, odd.sent("lease.pdf", odd.pdf())).answers["papers"] != []


def test_one_that_is_found_while_more_are_chosen_is_told_on_the_page(
    standin: StandIn, django_capture_on_commit_callbacks: Any
) -> None:
    client = begun(FormClient())
    send(client, odd.sent("eicar.txt", EICAR), add="papers")
    assert "being checked" in words(client.get(f"{BASE}/papers"))
    with django_capture_on_commit_callbacks(execute=True):
        papers.scan(Paper.objects.get().name)
    assert "We found a virus in “eicar.txt” and deleted it" in words(client.get(f"{BASE}/papers"))
    assert send(client, odd.sent("lease.pdf", odd.pdf())).status_code == 302
    assert "We found" not in words(client.get(f"{BASE}/papers"))


def test_what_no_scanner_can_be_asked_about_stays_shut_and_its_team_is_told_once(
    standin: StandIn,
) -> None:
    standin.mood = "broken"
    case = sent(begun(FormClient()), odd.sent("lease.pdf", odd.pdf()))
    row = Paper.objects.get()
    with pytest.raises(TryLater):
        scanning.scan_paper(row.name)
    scanning._gave_up(row.name)
    jobs.tell_of_files()
    jobs.tell_of_files()
    page = words(signed_in("officer").get(f"/desk/cases/{case.reference}"))
    assert "the scanner could not be asked" in page
    assert Task.objects.filter(text__contains="could not be asked", ended_at=None).count() == 1
    standin.mood = ""
    papers.scan_given_up()
    assert scanned(row).state == "clean"


def test_one_that_came_while_a_scanner_was_there_is_let_go_where_none_is_any_more(
    service: None, settings: Any
) -> None:
    with tenancy.scanner(settings):
        papers.take(odd.sent("a.pdf", odd.pdf()), types=("pdf",), now=timezone.now())
    settings.CONNECTORS = {
        **settings.CONNECTORS, "files.scanner": "doorstep.files.provider.NoScanner"
    }  # fmt: skip
    assert scanned(Paper.objects.get()).state == "unscanned"


def test_a_form_takes_so_many_of_so_much_and_says_when_there_are_more(
    service: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, files = begun(FormClient()), [odd.sent(f"{n}.txt", b"Yes") for n in range(4)]
    assert "Choose at most 3 files" in words(send(client, *files))
    assert not Paper.objects.exists()
    send(client, *(odd.sent(f"{n}.txt", b"Yes") for n in range(3)))
    names = list(Paper.objects.values_list("name", flat=True))
    again = send(client, odd.sent("d.txt", b"Yes"), papers=names)
    assert "Choose at most 3 files" in words(again)
    monkeypatch.setattr("doorstep.forms.questions.files.MOST_BYTES", 5)
    assert "must be smaller than 0 MB together" in words(send(client, papers=names[:2]))
    monkeypatch.setattr(uploads, "OF_A_FORM", 2)
    other = begun(FormClient())
    says = words(send(other, *(odd.sent(f"{n}.txt", b"Yes") for n in range(3))))
    assert "Many files came from you in a short time" in says and "We have 2 files" in says


def test_a_rule_reckons_with_how_many_there_are(service: None) -> None:
    client = begun(FormClient())
    send(client, *(odd.sent(f"{n}.txt", b"Yes") for n in range(3)))
    assert "That is a lot" in words(client.get(f"{BASE}/papers/stopped"))


def test_a_file_of_another_case_or_of_another_type_is_nobodys_to_take(service: None) -> None:
    sent(begun(FormClient()), odd.sent("lease.pdf", odd.pdf()))
    held = Paper.objects.get().name
    stranger = begun(FormClient())
    assert "We no longer have the file" in words(send(stranger, papers=held))
    sheet = papers.take(
        odd.sent("a.xlsx", odd.office(odd.XLSX)), types=("xlsx",), now=timezone.now()
    )
    assert "“a.xlsx” is not a file that we can take here" in words(send(stranger, papers=sheet))


def test_the_page_stays_where_more_are_to_be_chosen(service: None) -> None:
    client = begun(FormClient())
    answer = send(client, odd.sent("lease.pdf", odd.pdf()), add="papers")
    assert answer.status_code == 302 and answer["Location"].endswith("/papers")
    assert "We have 1 file" in words(client.get(f"{BASE}/papers"))
    assert "Choose a file" in words(send(begun(FormClient()), add="papers"))
    refused = words(
        send(client, odd.sent("a.pdf", b""), add="papers", papers=Paper.objects.get().name)
    )
    assert "“a.pdf” is empty" in refused and "lease.pdf" in refused


def test_what_is_not_sent_goes_and_what_a_form_holds_stays(service: None) -> None:
    client = begun(FormClient())
    send(client, odd.sent("lease.pdf", odd.pdf()))
    name, later = Paper.objects.get().name, timezone.now() + timedelta(hours=7)
    forgetting.drop_old_photos(now=later)
    assert Paper.objects.filter(name=name).exists()
    Draft.objects.all().delete()
    forgetting.drop_old_photos(now=later)
    assert not Paper.objects.exists() and not (papers.folder() / name).exists()


def test_it_goes_with_its_case(service: None, django_capture_on_commit_callbacks: Any) -> None:
    case = sent(begun(FormClient()), odd.sent("lease.pdf", odd.pdf()))
    name = Paper.objects.get().name
    forgetting.drop_old_photos(now=timezone.now() + timedelta(days=3))
    assert (papers.folder() / name).exists()
    officer = signed_in("officer")
    fields = {"decision": "close", "reason": "Done", "reply": "Done"}
    assert officer.post(f"/desk/cases/{case.reference}/decide", fields).status_code == 302
    with django_capture_on_commit_callbacks(execute=True):
        forgetting.erase(case_id=case.pk, now=timezone.now())
    assert not Paper.objects.exists() and not (papers.folder() / name).exists()
    assert "lease" not in words(signed_in("officer").get(f"/desk/cases/{case.reference}"))


def test_it_does_not_come_by_the_api(service: None) -> None:
    body = {"channel": "telephone", "answers": {"about": "A lease", "papers": ["lease.pdf"]}}
    answer = System("cases:create").send(body, path="/api/v1/services/tenancy/cases")
    assert answer.status_code == 422 and "does not come by the API" in answer.content.decode()


def test_an_adviser_takes_them_on_one_page(service: None) -> None:
    adviser = signed_in("adviser")
    adviser.post("/desk/new/tenancy", {"channel": "telephone"})
    form = "/desk/new/tenancy/all"
    page = adviser.get(form)
    assert 'name="papers-file"' in text(page) and 'name="add"' not in text(page)
    fields = {"about": "A lease", "papers-file": [odd.sent("lease.pdf", odd.pdf())], "update": "1"}
    assert "lease.pdf" in words(adviser.post(form, fields))


def test_a_full_disk_is_a_sentence(service: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Any) -> Any:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("doorstep.files.disk.whole", full)
    page = words(send(begun(FormClient()), odd.sent("lease.pdf", odd.pdf())))
    assert "We could not keep the file just now" in page and not Paper.objects.exists()


def test_the_desk_reads_a_name_and_never_runs_it(service: None) -> None:
    case = sent(begun(FormClient()), odd.sent("<img src=x onerror=alert(1)>.pdf", odd.pdf()))
    for page in (
        signed_in("officer").get(f"/desk/cases/{case.reference}"),
        io.BytesIO(Paper.objects.get().file_name.encode()),
    ):
        body = page.content if hasattr(page, "content") else page.read()
        assert b"<img src=x" not in body

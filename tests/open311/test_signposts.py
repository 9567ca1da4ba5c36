"""A stop that leads to another authority: shown with its page and telephone; an unknown one is a mistake with its line."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from doorstep.catalogue import queries as catalogue
from doorstep.catalogue.errors import DefinitionError
from doorstep.catalogue.service import Service
from tests.form_client import FormClient
from tests.open311.conftest import AWAY, SERVICES

pytestmark = pytest.mark.django_db(transaction=True)


def stopped(client: FormClient) -> str:
    client.post("/services/broken-bench/begin")
    point = f"at:{float(AWAY['lat']):.5f},{float(AWAY['long']):.5f}"
    answer = client.post("/services/broken-bench/where", {"spot": point}, follow=True)
    return answer.content.decode()


def test_a_stop_shows_who_is_asked_instead(benches: Service) -> None:
    page = stopped(FormClient())
    assert "Benches there are looked after by another council." in page
    assert "Leicestershire County Council" in page
    assert 'href="https://www.leicestershire.gov.uk"' in page and 'href="tel:01163050001"' in page
    assert "01632 960 123" in page  # the council itself can be asked all the same
    welsh = FormClient()
    welsh.cookies["doorstep_language"] = "cy"
    assert "Ewch i wefan Cyngor Sir Swydd Gaerlŷr" in stopped(welsh)


def test_an_unknown_authority_is_a_mistake_with_its_line(tmp_path: Path) -> None:
    import shutil

    folder = Path(shutil.copytree(SERVICES / "broken-bench", tmp_path / "broken-bench"))
    form = (folder / "form.yaml").read_text()
    line = form.split("authority: county")[0].count("\n") + 1
    (folder / "form.yaml").write_text(form.replace("authority: county", "authority: conty"))
    with pytest.raises(DefinitionError) as caught:
        catalogue.of_folder(folder)
    wanted = f"form.yaml:{line}: no authority `conty` in council.yaml; did you mean `county`?"
    assert wanted in str(caught.value)


def test_a_step_to_an_unknown_authority_is_a_mistake_too(tmp_path: Path) -> None:
    import shutil

    folder = Path(shutil.copytree(SERVICES / "loose-sign", tmp_path / "loose-sign"))
    with pytest.raises(DefinitionError, match="the authority `county` takes nothing"):
        catalogue.of_folder(folder)
    flow = (folder / "workflow.yaml").read_text()
    (folder / "workflow.yaml").write_text(flow.replace("to: \"'county'\"", "to: \"'conty'\""))
    with pytest.raises(DefinitionError, match="workflow.yaml:[0-9]+: no authority `conty`"):
        catalogue.of_folder(folder)


def test_what_was_published_still_works_when_an_authority_goes(home: Path, benches: Any) -> None:
    path = home / "councils" / "demo" / "council.yaml"
    council = yaml.safe_load(path.read_text())
    del council["authorities"]["county"]
    path.write_text(yaml.safe_dump(council, allow_unicode=True, sort_keys=False))
    from doorstep.council import queries

    queries._read.cache_clear()
    queries._council.cache_clear()
    page = stopped(FormClient())
    assert "looked after by another council" in page and "Leicestershire County" not in page


def test_the_api_says_who_is_asked_instead(benches: Service) -> None:
    from tests.system import System

    spot = {"lat": float(AWAY["lat"]), "lon": float(AWAY["long"])}
    body = {"channel": "online", "answers": {"spot": spot}}
    answer = System("cases:create").send(body, path="/api/v1/services/broken-bench/cases")
    assert answer.status_code == 422, answer.content
    said = answer.json()
    assert said["code"] == "outside" and said["instead"]["name"] == "Leicestershire County Council"
    assert said["instead"]["address"] == "https://www.leicestershire.gov.uk"

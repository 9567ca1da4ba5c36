"""The JSON Schema that editors use is the models', and every file of the library names and fits it."""

import json
from typing import Any

import pytest

from doorstep.catalogue import queries as catalogue
from doorstep.catalogue import shape, steps
from doorstep.catalogue.reading import Source
from doorstep.catalogue.schema import FILES, schemas
from doorstep.council import queries as council
from doorstep.forms.questions.kinds import KINDS

LIBRARY = council.home() / "services"


@pytest.mark.parametrize("name", FILES)
def test_the_committed_schema_is_up_to_date(name: str) -> None:
    kept = (LIBRARY / "schema" / f"{name}.json").read_text()
    assert kept == schemas()[name], "run `doorstep services schema` and commit services/schema"


def test_every_file_of_the_library_names_its_schema_and_fits_its_model() -> None:
    for folder in catalogue.library():
        for name, model in FILES.items():
            text = (folder / f"{name}.yaml").read_text()
            first = text.splitlines()[0]
            assert first == f"# yaml-language-server: $schema=../schema/{name}.json", folder
            shape.read(Source(f"{name}.yaml", text), model)


def test_kinds_and_steps_are_offered_by_name() -> None:
    form, flow = json.loads(schemas()["form"]), json.loads(schemas()["workflow"])
    assert form["$defs"]["QuestionFile"]["properties"]["kind"]["enum"] == [
        name for name, kind in KINDS.items() if kind.is_listed
    ]
    do = flow["$defs"]["StageFile"]["properties"]["do"]["items"]
    assert set(do["properties"]) == set(steps.offered())


def test_every_field_but_plain_ones_is_described() -> None:
    plain = {"who", "what", "minutes", "questions", "pages", "stages", "given", "then", "expect"}
    for name, text in schemas().items():
        shape: dict[str, Any] = json.loads(text)
        for part in (shape, *shape.get("$defs", {}).values()):
            for field, about in part.get("properties", {}).items():
                assert (
                    about.get("description") or "$ref" in about or field in plain | {"channel"}
                ), f"{name}: {field}"

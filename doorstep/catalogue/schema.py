"""JSON Schema of a service's files, so that editors complete and check them."""

import json
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from doorstep.catalogue import files, steps
from doorstep.forms.questions.kinds import KINDS
from doorstep.forms.rules.types import INT, describe

FILES: dict[str, type[BaseModel]] = {
    "service": files.ServiceFile,
    "form": files.FormFile,
    "workflow": files.WorkflowFile,
    "examples": files.ExamplesFile,
}
# The newest dialect that editors' YAML extensions know in full.
DIALECT = "http://json-schema.org/draft-07/schema#"


def _untitled(of: Any) -> Any:
    """Leave out the titles that pydantic makes of names: an editor would show them over our words."""
    if isinstance(of, Mapping):
        return {
            k: {name: _untitled(part) for name, part in v.items()}
            if k in ("properties", "$defs")
            else _untitled(v)
            for k, v in of.items()
            if k != "title"
        }
    return [_untitled(item) for item in of] if isinstance(of, list) else of


def _kinds() -> dict[str, Any]:
    words = "\n".join(
        f"{name}: {(kind.__doc__ or '').splitlines()[0]}" for name, kind in KINDS.items()
    )
    return {
        "type": "string",
        "enum": [name for name, kind in KINDS.items() if kind.is_listed],
        "description": words,
    }


def _steps() -> dict[str, Any]:
    properties = {}
    for kind in steps.offered().values():
        rules = {
            name: {
                "type": ["string", "integer"] if wants == INT else "string",
                "description": f"A rule that gives: {describe(wants)}.",
            }
            for name, wants in kind.rules.items()
        }
        words = {name: {"description": "Plain words."} for name in sorted(kind.words)}
        properties[kind.name] = {
            "type": "object",
            "properties": {**rules, **words},
            "required": sorted(set(rules) - kind.optional),
            "additionalProperties": False,
        }
    return {
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
        "minProperties": 1,
    }


def schemas() -> dict[str, str]:
    """Return the JSON Schema of each file as text, by the file's name without its ending."""
    schema_files = {}
    for name, model in FILES.items():
        shape = {
            "$schema": DIALECT,
            "title": f"{name}.yaml",
            **_untitled(model.model_json_schema()),
        }
        parts = shape.get("$defs", {})
        if "QuestionFile" in parts:
            parts["QuestionFile"]["properties"]["kind"] = _kinds()
        if "StageFile" in parts:
            parts["StageFile"]["properties"]["do"]["items"] = _steps()
            shape["properties"]["reserve"]["items"] = _steps()
        schema_files[name] = json.dumps(shape, indent=2, ensure_ascii=False, sort_keys=True) + "\n"
    return schema_files

"""What each answer of GeoReport v2 must look like as JSON, written down from the specification in our own words."""

from typing import Any

import jsonschema_rs

TEXT = {"type": "string", "minLength": 1}
NOTE = {"type": ["string", "null"]}
MOMENT = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)$"}
DEGREES = {"type": ["number", "null"]}


def _thing(needed: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {**needed, **more},
        "required": list(needed),
        "additionalProperties": False,
    }


def _list(of: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "array", "items": of, **more}


DATATYPES = ["string", "number", "datetime", "text", "singlevaluelist", "multivaluelist"]
_ATTRIBUTE = _thing(
    {
        "variable": {"type": "boolean"},
        "code": TEXT,
        "datatype": {"enum": DATATYPES},
        "required": {"type": "boolean"},
        "datatype_description": NOTE,
        "order": {"type": "integer", "minimum": 1},
        "description": TEXT,
    },
    values=_list(_thing({"key": TEXT, "name": TEXT}), minItems=1),
)
# A list type has its values; the others have none.
_ATTRIBUTE |= {
    "if": {"properties": {"datatype": {"enum": DATATYPES[4:]}}},
    "then": {"required": [*_ATTRIBUTE["required"], "values"]},
    "else": {"properties": {"values": False}},
}
SCHEMAS = {
    "discovery": _thing(
        {
            "changeset": MOMENT,
            "contact": TEXT,
            "key_service": TEXT,
            "endpoints": _list(
                _thing(
                    {
                        "specification": {"const": "http://wiki.open311.org/GeoReport_v2"},
                        "url": {"type": "string", "pattern": "^https?://.*[^/]$"},
                        "changeset": MOMENT,
                        "type": {"enum": ["production", "test"]},
                        "formats": _list(
                            {"enum": ["text/xml", "application/json"]},
                            contains={"const": "text/xml"},
                        ),
                    }
                ),
                minItems=1,
            ),
        }
    ),
    "services": _list(
        _thing(
            {
                "service_code": TEXT,
                "service_name": TEXT,
                "description": TEXT,
                "metadata": {"type": "boolean"},
                "type": {"enum": ["realtime", "batch", "blackbox"]},
                "keywords": {"type": "string"},
                "group": {"type": "string"},
            }
        )
    ),
    "definition": _thing({"service_code": TEXT, "attributes": _list(_ATTRIBUTE)}),
    "made": _list(
        _thing({"service_request_id": TEXT, "service_notice": NOTE, "account_id": NOTE}),
        minItems=1,
        maxItems=1,
    ),
    "token": _list(_thing({"service_request_id": TEXT, "token": TEXT}), minItems=1, maxItems=1),
    "requests": _list(
        _thing(
            {
                "service_request_id": TEXT,
                "status": {"enum": ["open", "closed"]},
                "status_notes": NOTE,
                "service_name": TEXT,
                "service_code": TEXT,
                "description": NOTE,
                "agency_responsible": TEXT,
                "service_notice": NOTE,
                "requested_datetime": MOMENT,
                "updated_datetime": MOMENT,
                "expected_datetime": {"anyOf": [MOMENT, {"type": "null"}]},
                "address": NOTE,
                "address_id": NOTE,
                "zipcode": NOTE,
                "lat": DEGREES,
                "long": DEGREES,
                "media_url": NOTE,
            }
        ),
        maxItems=1000,
    ),
    "updates": _list(
        _thing(
            {
                "update_id": TEXT,
                "service_request_id": TEXT,
                "updated_datetime": MOMENT,
                "status": {"type": "string", "pattern": "^[A-Z_]+$"},
                "description": NOTE,
                "media_url": NOTE,
            }
        )
    ),
    "update": _list(_thing({"update_id": TEXT}), minItems=1, maxItems=1),
    "errors": _list(
        _thing({"code": {"type": "integer", "minimum": 400, "maximum": 599}, "description": TEXT}),
        minItems=1,
    ),
}


def fits(name: str, said: Any) -> None:
    """Fail where an answer is not as its schema says."""
    jsonschema_rs.validator_for(SCHEMAS[name]).validate(said)

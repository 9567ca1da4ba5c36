"""Reads JSON bodies: only numbers that JSON has, and clean text."""

import json
from typing import Any

from django.http import HttpRequest
from ninja.parser import Parser

from doorstep.text.clean import clean_all


def _refuse(constant: str) -> None:
    raise ValueError(constant)  # NaN and Infinity are no JSON


class Strict(Parser):
    """A parser that refuses what is no JSON, which django-ninja answers with 400, and cleans every text."""

    def parse_body(self, request: HttpRequest) -> Any:
        """Return the body; raises ValueError, RecursionError."""
        body = json.loads(request.body, parse_constant=_refuse)
        json.dumps(body, ensure_ascii=False).encode()  # half of a surrogate pair is no character
        return clean_all(body)

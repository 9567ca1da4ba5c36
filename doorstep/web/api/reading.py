"""Reads JSON bodies: only what text and numbers can hold."""

import json
from typing import Any

from django.http import HttpRequest
from ninja.parser import Parser


def _refuse(constant: str) -> None:
    raise ValueError(constant)  # NaN and Infinity are no JSON


class Strict(Parser):
    """A parser that refuses what JSON or our database cannot hold; django-ninja answers 400."""

    def parse_body(self, request: HttpRequest) -> Any:
        """Return the body; raises ValueError, RecursionError."""
        body = json.loads(request.body, parse_constant=_refuse)
        _check(body)
        return body


def _check(value: object) -> None:
    if isinstance(value, str):
        value.encode()  # half of a surrogate pair is no character
        if "\0" in value:
            raise ValueError("NUL")
    elif isinstance(value, dict):
        for key, item in value.items():
            _check(key)
            _check(item)
    elif isinstance(value, list):
        for item in value:
            _check(item)

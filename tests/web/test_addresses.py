"""What leaves the house leads to where a front door serves it."""

import string

import pytest
from django.urls import resolve, reverse

from doorstep.council import addresses


@pytest.mark.parametrize("name", addresses.PATHS)
def test_each_address_that_leaves_the_house_is_one_of_the_front_doors(name: str) -> None:
    fields = [field for _, field, _, _ in string.Formatter().parse(addresses.PATHS[name]) if field]
    parts = {field: "abc-1" for field in fields}
    assert addresses.path(name, **parts) == reverse(name, kwargs=parts)
    assert resolve(addresses.path(name, **parts)).url_name == name

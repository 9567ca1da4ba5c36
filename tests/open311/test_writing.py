"""Whatever is said reads back the same from XML and from JSON."""

import json
from xml.etree import ElementTree

from hypothesis import given, settings
from hypothesis import strategies as st

from doorstep.web.open311.formats import drawn
from tests.open311.client import plain, texts
from tests.size import size

SAID = st.dictionaries(
    st.sampled_from(["description", "lat", "required", "address"]),
    st.text() | st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False),
    min_size=1,
)


@settings(max_examples=size(100, 1000))
@given(st.lists(SAID))
def test_xml_and_json_say_the_same(said: list[dict[str, object]]) -> None:
    xml = drawn("xml", "service_requests", said).content
    other = drawn("json", "service_requests", said).content
    assert plain(ElementTree.fromstring(xml)) == texts(json.loads(other))

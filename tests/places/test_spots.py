"""Where something is: by street, place, postcode and point; inside, near the edge, outside."""

from collections.abc import Iterator

import pytest

from doorstep.council import queries as council
from doorstep.places import base_map, grid, spots
from doorstep.places.models import Property, Street, Ward

pytestmark = pytest.mark.django_db
# In Coalville and in Measham, as the Ordnance Survey gives those postcodes (Code-Point Open).
COALVILLE, MEASHAM = (442596, 314198), (433297, 312198)


@pytest.fixture
def homes() -> Iterator[None]:
    wards = [
        Ward.objects.create(code="E05010104", name="Coalville East"),
        Ward.objects.create(code="E05010119", name="Measham South"),
    ]
    rows = [
        (1, "Mill Lane", "Coalville", "LE67 3FJ", wards[0], COALVILLE),
        (2, "Belvoir Road", "Coalville", "LE67 3FJ", wards[0], (442700, 314300)),
        (3, "Mill Lane", "Measham", "DE12 7JD", wards[1], MEASHAM),
    ]
    for usrn, name, locality, postcode, ward, (east, north) in rows:
        street = Street.objects.create(usrn=usrn, name=name, locality=locality)
        for n in range(3):
            Property.objects.create(
                uprn=usrn * 10 + n,
                street=street,
                ward=ward,
                line=f"{n + 1} {name}",
                sort=n,
                postcode=postcode,
                blpu_class="RD",
                easting=east + 5 * n,
                northing=north,
            )
    with council.speaking("en"):
        yield


def words(text: str) -> list[str]:
    return [spot.words for spot in spots.search(text)]


def test_a_street_is_found_by_part_of_its_name_its_place_and_a_slip(homes: None) -> None:
    assert words("mill") == ["Mill Lane, Coalville", "Mill Lane, Measham"]
    assert words("Mill Lane, Measham") == ["Mill Lane, Measham"]
    assert words("belvior road") == ["Belvoir Road, Coalville"]
    assert words("Measham") == ["Measham", "Mill Lane, Measham"]
    assert words("nowhere at all") == [] and words("") == [] and words("%") == []


def test_a_postcode_gives_itself_and_its_streets(homes: None) -> None:
    assert words("le673fj") == ["LE67 3FJ", "Belvoir Road, Coalville", "Mill Lane, Coalville"]
    assert words("DE12 7JD") == ["DE12 7JD"]


def test_what_was_found_is_found_again_by_its_id(homes: None) -> None:
    for text in ("mill", "le673fj", "Measham"):
        for spot in spots.search(text):
            assert spots.find(spot.id) == spot
    street = spots.find("street:1")
    assert street and (street.easting, street.northing) == (COALVILLE[0] + 5, COALVILLE[1])
    assert street.street == "1" and street.ward_name == "Coalville East" and street.inside


@pytest.mark.parametrize(
    "odd",
    [
        "",
        "at:",
        "at:nan,inf",
        "at:1,2",
        "at:52.7",
        "street:0",
        "street:x",
        "postcode:?",
        "place:X",
        "x:1",
    ],
)
def test_an_id_that_is_none_is_nothing(homes: None, odd: str) -> None:
    assert spots.find(odd) is None


def test_a_point_is_named_by_the_nearest_street_and_its_ward(homes: None) -> None:
    lat, lon = grid.to_degrees(*COALVILLE)
    spot = spots.find(f"at:{lat},{lon}")
    assert spot and spot.words == "Near Mill Lane, Coalville" and spot.inside and not spot.near
    assert spot.street == "1" and spot.ward_name == "Coalville East"
    assert abs(spot.easting - COALVILLE[0]) <= 2 and abs(spot.northing - COALVILLE[1]) <= 2


def test_a_point_in_another_district_is_outside(homes: None) -> None:
    spot = spots.find("at:52.6369,-1.1398")  # the middle of Leicester
    assert spot and not spot.inside and spot.ward == "" and spot.street == ""
    assert spot.words == "At 52.6369, -1.1398"


def test_a_point_by_the_boundary_is_said_to_be_near_it(homes: None) -> None:
    # A corner of the district's outline, by Ashby Woulds; some metres either way of it.
    found = [spots.find(f"at:{52.67229 + off},-1.496357") for off in (-0.0012, 0.0012)]
    assert all(spot and spot.near for spot in found)


def test_the_light_map_has_outlines_names_and_dots(homes: None) -> None:
    drawn = base_map.drawn()
    assert len(drawn["wards"]["features"]) == 38 and len(drawn["district"]["features"]) == 1
    assert [name for name, *_ in drawn["places"]] == ["Coalville", "Measham"]
    assert len(drawn["streets"]) == 3
    assert len(drawn["dots"]) == 9

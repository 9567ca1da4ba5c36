"""A point in every usual spelling."""

import pytest

from doorstep.places.written import point_in

HERE = (52.746, -1.475)


@pytest.mark.parametrize(
    "text",
    [
        "52.746, -1.475",
        "52.746 -1.475",
        "(52.746, −1.475)",
        "52.746° N, 1.475° W",
        "52.746N 1.475W",
        "N 52.746 W 1.475",
        "52°44'45.6\"N 1°28'30\"W",
        "52°44′45.6″N 1°28′30″W",
        "52 44 45.6 N 1 28 30 W",
        "52° 44.76' N, 1° 28.5' W",
        "lat: 52.746, lon: -1.475",
        "52,746; -1,475",
        "-1.475, 52.746",
        "52.746,\u200b-1.475.",
        "N52 44.76 W1 28.5",
        "52°44.76N 1°28.5W",
        "52°44.76'N, 1°28.5'W",
        "52.746 North 1.475 West",
        "52.746, -1.475 (near the church)",
        "https://www.google.com/maps/place/52°44'45.6\"N+1°28'30.0\"W/@52.746,-1.4775,17z",
        "geo:52.746,-1.475",
        "https://www.google.com/maps/@52.746,-1.475,17z",
        "https://www.google.com/maps/place/X/@52.7,-1.4,17z/data=!3m1!3d52.746!4d-1.475",
        "https://maps.google.com/?q=52.746%2C-1.475",
        "https://maps.apple.com/?ll=52.746,-1.475&z=17",
        "https://www.openstreetmap.org/?mlat=52.746&mlon=-1.475#map=17/52.7/-1.4",
        "https://www.openstreetmap.org/#map=17/52.746/-1.475",
        "https://www.bing.com/maps?cp=52.746~-1.475",
        "Here it is: https://www.google.com/maps?q=52.746,-1.475 thanks",
    ],
)
def test_degrees_however_they_are_written(text: str) -> None:
    assert point_in(text) == pytest.approx(HERE, abs=1e-6)


@pytest.mark.parametrize(
    "text",
    [
        "SK 354 167",
        "sk354167",
        "SK 3545 1675",
        "SK 35450 16750",
        "SK3545016750",
        "SK 354, 167",
        "Grid ref: SK 354 167",
        "OS grid reference SK 354 167",
        "E435450 N316750",
        "435450E 316750N",
        "435450, 316750",
        "https://www.streetmap.co.uk/map?x=435450&y=316750&z=110",
    ],
)
def test_a_grid_reference_is_the_middle_of_its_square(text: str) -> None:
    assert point_in(text) == pytest.approx((52.7474, -1.4763), abs=0.001)


@pytest.mark.parametrize(
    "text",
    [
        "Mill Lane",
        "12 Mill Lane",
        "North Street",
        "12 West End",
        "12, 14",
        "52 -1",
        "48.85, 2.35",
        "SK 354 16",
        "LE67 3FJ",
        "DE12 7JD",
        "",
    ]
    + ["https://example.com/", "NE1 4ST", "ST1 2AB", "9" * 600],
)
def test_what_gives_no_point(text: str) -> None:
    assert point_in(text) is None

"""Fifty at once for one bin, by the form and by the API: one case, forty-nine told that it is reported."""

from tests.faults.checker import wrong
from tests.faults.clients import Diary, all_at_once, finish, report, send
from tests.faults.installation import Installation


def test_one_bin_reported_from_fifty_clients_at_once(place: Installation) -> None:
    place.fill(1)
    place.start("web")
    place.start("worker")
    (uprn, box), diary = place.bins[0], Diary()

    def act(n: int) -> None:
        email = f"client{n}@resident.example"
        if n % 2:
            report(lambda: place.port, diary, uprn, box, email)
        else:
            send(lambda: place.port, diary, place.secret, uprn, box, email)

    finish(all_at_once(((lambda n=n: act(n)) for n in range(50)), clients=50))
    place.wait_until_drained()
    assert len([t for t in diary.told if t.reference]) == 1
    assert len([t for t in diary.told if t.already]) == 49
    assert wrong(place, diary) == []

"""A circuit breaker an address: who did not answer five times in a row is not asked for twenty seconds.

So a vendor that is down costs each of our threads its time limit five times, and then nothing. After the rest one call goes
through; it closes the circuit, or opens it for as long again. Each process counts for itself.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

FAILURES, REST_SECONDS = 5, 20.0


@dataclass
class _Circuit:
    failures: int = 0
    # By the process's own clock; nothing while it is closed.
    rests_until: float | None = None


_circuits: dict[str, _Circuit] = {}
_lock = Lock()


def is_open(address: str, clock: Callable[[], float] = time.monotonic) -> bool:
    """Say whether an address is to be left alone now; after the rest, the first who asks goes through, others do not."""
    with _lock:
        circuit = _circuits.get(address)
        if circuit is None or circuit.rests_until is None:
            return False
        if clock() < circuit.rests_until:
            return True
        circuit.rests_until = clock() + REST_SECONDS
        return False


def answered(address: str) -> None:
    """Note that an address answered, whatever it said."""
    with _lock:
        _circuits.pop(address, None)


def failed(address: str, clock: Callable[[], float] = time.monotonic) -> None:
    """Note that an address did not answer, or said itself that it cannot."""
    with _lock:
        circuit = _circuits.setdefault(address, _Circuit())
        circuit.failures += 1
        if circuit.failures >= FAILURES:
            circuit.rests_until = clock() + REST_SECONDS


def forget() -> None:
    """Close all circuits."""
    with _lock:
        _circuits.clear()

"""Acts done at the same moment, each with a connection of its own."""

from collections.abc import Callable
from threading import Barrier, Thread

from django.db import connection

from doorstep.council.errors import Refused


def at_once(*acts: Callable[[], object]) -> list[str]:
    """Do acts in threads of their own, each with its own connection; return what each was told."""
    ready, came = Barrier(len(acts)), [""] * len(acts)

    def do(n: int) -> None:
        ready.wait()
        try:
            acts[n]()
            came[n] = "done"
        except Refused as exc:
            came[n] = exc.code
        except Exception as exc:
            came[n] = f"fault: {exc}"
        finally:
            connection.close()

    threads = [Thread(target=do, args=(n,)) for n in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return came

"""What may go wrong outside.

OutsideError
├── TryLater   the queue tries again, later and later
│   └── NotSent    it surely was not asked: no connection, or left alone for some seconds
├── GiveUp     no use trying; the job's give-up action is taken
└── BadFile    (in `files`) a file someone sent cannot be taken
"""


class OutsideError(Exception):
    """Something outside did not do as asked."""


class TryLater(OutsideError):
    """It may work later."""


class NotSent(TryLater):
    """Nothing reached them: it may be sent again without asking whether it was done."""


class GiveUp(OutsideError):
    """It will not work; `reason` is for staff and holds no personal data."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

"""What may be wrong with a file."""

from doorstep.outside.errors import OutsideError


class BadFile(OutsideError):
    """A file someone sent cannot be taken; its sentence stands in a template."""

    def __init__(self, code: str, **values: object) -> None:
        super().__init__(code)
        self.code = code
        self.values = values

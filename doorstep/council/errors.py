"""The one way a room says no."""


class Refused(Exception):
    """An action was refused; the sentence for `code` stands in the service or a template."""

    def __init__(self, code: str, **values: object) -> None:
        super().__init__(code)
        self.code = code
        self.values = values

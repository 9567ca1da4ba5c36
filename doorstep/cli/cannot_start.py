"""What keeps a command from starting."""


class CannotStart(Exception):
    """Something cannot be started; the text says why and what to do."""

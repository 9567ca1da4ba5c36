"""What an installation under test has for a carrier of messages: files, since the demo's is refused outside the demo."""

from doorstep.connectors.demo.messenger import FileMessenger


class Outbox(FileMessenger):
    """The demo's messenger under a name of its own."""

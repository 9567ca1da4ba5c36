"""The stand-in: it finds the EICAR test text, as every scanner does, and what a test says is one.

`mood` is one of "" (as it should be), "slow" (`seconds` before each answer), "broken" (an ERROR), "odd" (another word), "silent"
(hangs up without an answer), "half" (an answer without its end), "limit" (as past StreamMaxLength), "drip" (a letter a second).
"""

import sys
import time
from socketserver import StreamRequestHandler, ThreadingTCPServer

# In two halves, so that no scanner deletes this file.
EICAR = (r"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD" + "-ANTIVIRUS-TEST-FILE!$H+H*").encode()
VERSION = "ClamAV 1.4.3/27800/Thu Nov 26 09:50:00 2026"
ANSWERS = {
    "broken": b"Can't allocate memory ERROR\0",
    "odd": b"<html>Sorry</html>\0",
    "silent": b"",
    "half": b"stream: O",
    "limit": b"INSTREAM size limit exceeded. ERROR\0",
}


class _Handler(StreamRequestHandler):
    server: "StandIn"

    def handle(self) -> None:
        """Answer one command."""
        command = self._command()
        if command == b"zVERSION":
            return self._say(VERSION.encode() + b"\0")
        if command != b"zINSTREAM":
            return self._say(b"UNKNOWN COMMAND\0")
        data = self._stream()
        self.server.seen.append(data)
        found = next((name for text, name in self.server.known.items() if text in data), "")
        self._say(f"stream: {found} FOUND\0".encode() if found else b"stream: OK\0")

    def _command(self) -> bytes:
        command = b""
        while len(command) < 40 and (letter := self.rfile.read(1)) not in (b"\0", b""):
            command += letter
        return command

    def _stream(self) -> bytes:
        data = b""
        while length := int.from_bytes(self.rfile.read(4), "big"):
            data += self.rfile.read(length)
        return data

    def _say(self, answer: bytes) -> None:
        if self.server.mood == "slow":
            time.sleep(self.server.seconds)
        answer = ANSWERS.get(self.server.mood, answer)
        pieces = [bytes([b]) for b in answer] if self.server.mood == "drip" else [answer]
        for piece in pieces:
            if self.server.mood == "drip":
                time.sleep(self.server.seconds)
            self.wfile.write(piece)


class StandIn(ThreadingTCPServer):
    """The daemon, on loopback."""

    daemon_threads, allow_reuse_address = True, True

    def __init__(self, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.mood, self.seconds = "", 0.0
        self.known = {EICAR: "Eicar-Test-Signature"}
        self.seen: list[bytes] = []

    @property
    def address(self) -> str:
        """Return the address as CLAMAV_ADDRESS has it."""
        return f"tcp://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of who hung up."""


if __name__ == "__main__":
    with StandIn(int(sys.argv[1]) if sys.argv[1:] else 3310) as server:
        server.serve_forever()

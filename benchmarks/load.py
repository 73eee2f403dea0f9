"""The driver: a few kept-alive connections, each sending its next request when the last is answered.

It runs in a process of its own (see `serving.py`), on bare sockets: an HTTP client in Python would cost as much as the
servers it is to measure. What it costs itself is reported.
"""

import re
import selectors
import socket
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import islice

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


@dataclass(frozen=True)
class Load:
    """What one run of the driver saw.

    Attributes:
        seconds: From the first request to the last answer.
        latencies: Seconds each request took.
        driver_seconds: Processor time of the driver itself.
    """

    seconds: float
    latencies: list[float]
    driver_seconds: float


class _Connection:
    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self, request: bytes) -> None:
        self.answer = bytearray()
        self.began = time.perf_counter()
        self.socket.sendall(request)

    def receive(self) -> bool:
        """Read what has come; whether the answer is complete."""
        part = self.socket.recv(1 << 20)
        self.answer += part
        head = self.answer.find(b"\r\n\r\n")
        if not part or (head > 0 and not self.answer.startswith(b"HTTP/1.1 200 ")):
            raise RuntimeError(f"a server failed: {bytes(self.answer[:1000])!r}")
        if head < 0:
            return False
        length = _LENGTH.search(self.answer, 0, head)
        return len(self.answer) == head + 4 + int(length[1]) if length else self.answer.endswith(b"0\r\n\r\n")


def load(port: int, requests: Sequence[bytes], connections: int, seconds: float) -> Load:
    """Send requests until they or the seconds are used up, and wait for the answers under way.

    Raises:
        RuntimeError: If an answer is not 200, or a connection ends.
    """
    waiting = iter(requests)
    latencies: list[float] = []
    with selectors.DefaultSelector() as selector, ExitStack() as opened:
        driver_began, began = time.process_time(), time.perf_counter()
        for request in islice(waiting, connections):
            connection = _Connection(port)
            opened.callback(connection.socket.close)
            selector.register(connection.socket, selectors.EVENT_READ, connection)
            connection.send(request)
        while selector.get_map():
            for key, _ in selector.select():
                connection = key.data
                if not connection.receive():
                    continue
                now = time.perf_counter()
                latencies.append(now - connection.began)
                request = next(waiting, None) if now < began + seconds else None
                if request:
                    connection.send(request)
                else:
                    selector.unregister(connection.socket)
        return Load(time.perf_counter() - began, latencies, time.process_time() - driver_began)

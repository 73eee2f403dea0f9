"""A gunicorn worker whose threads never wait for a client.

Gunicorn's threaded worker reads and writes sockets inside a thread: a slow head or body, or an answer nobody takes,
holds a thread for as long as the client likes, a silent connection holds it for five seconds, and a client that is slow
to close stops the event loop for two. A handful of such clients silences the service. Here the event loop does all the
receiving and sending: a thread gets a request once it is whole, and leaves a whole answer behind. Where one request
ends and the next begins is for gunicorn's own incremental parser to say.

Whichever bound is reached, what has waited longest makes room, so that the next honest request is let in. TLS and the
PROXY protocol are the load balancer's.
"""

import time
from collections import deque
from concurrent.futures import Future
from contextlib import suppress
from functools import partial
from http import HTTPStatus
from selectors import EVENT_READ, EVENT_WRITE
from socket import SHUT_WR, socket
from typing import Any

from gunicorn.asgi.parser import (
    LimitRequestHeaders,
    LimitRequestLine,
    ParseError,
    PythonProtocol,
    UnsupportedTransferCoding,
)
from gunicorn.config import Config
from gunicorn.http import get_parser
from gunicorn.http.message import Request
from gunicorn.util import write_error
from gunicorn.workers.gthread import STOP_KEEPALIVE_LINGER, TConn, ThreadWorker

from service import metrics
from service.settings import Settings

_PIECE = 64 * 1024  # bytes taken from a socket at a time
_HEAD = 1024 * 1024  # bytes; more than gunicorn's limits on header fields let through
_LINGER = 2.0  # seconds a client has to read its last answer and close
_STATUSES = {
    LimitRequestLine: HTTPStatus.REQUEST_URI_TOO_LONG,
    LimitRequestHeaders: HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
    UnsupportedTransferCoding: HTTPStatus.NOT_IMPLEMENTED,
}
_LARGEST = 32  # as many requests of the largest size as may be held at once, answers included


class Answer:
    """What a thread sends, kept in place of the socket."""

    def __init__(self) -> None:
        self.data = bytearray()

    def sendall(self, data: bytes) -> None:
        """Add to the answer."""
        self.data += data

    def gettimeout(self) -> float:
        """As a socket that does not block."""
        return 0.0

    def setblocking(self, flag: bool) -> None:
        """Left to the event loop, as is closing."""

    def shutdown(self, _how: int) -> None:
        """As a socket that cannot be."""
        raise OSError

    def close(self) -> None:
        """Left to the event loop."""


class Connection(TConn):
    """A client's connection, what has arrived of its next request, and what is left to send of the last answer.

    Attributes:
        sock: The socket; while a thread has the connection, the answer in its place.
        received: The bytes of the request.
        surplus: What a client that does not wait for answers has sent behind it.
        answer: What the client has yet to take.
        queue: The worker's queue in which the connection waits for its client; None while a thread has it.
    """

    sock: Any

    def __init__(self, cfg: Config, sock: socket, client: Any, server: Any, max_body: int) -> None:  # noqa: ANN401
        super().__init__(cfg, sock, client, server)
        self.wire = sock
        self.initialized = True  # `hand_over` makes the parser, anew for each request
        self.max_body = max_body
        self.queue: deque[Connection] | None = None
        self.renew()

    def renew(self) -> None:
        """Get ready for the next request."""
        self.received = bytearray()
        self.surplus = b""
        self.answer = bytearray()
        self.framing = PythonProtocol(
            on_headers_complete=self._continue,
            limit_request_line=self.cfg.limit_request_line,
            limit_request_fields=self.cfg.limit_request_fields,
            limit_request_field_size=self.cfg.limit_request_field_size,
        )

    def feed(self, data: bytes) -> bool:
        """Take in what has arrived; true once the request is whole, or too long to be read on.

        Raises:
            ParseError: If it is not HTTP.
        """
        self.received += data
        self.framing.feed(data)
        # twice the largest body leaves room for chunks of a few bytes each
        too_long = self._declares_too_much() or len(self.received) > _HEAD + 2 * self.max_body
        return too_long or self.framing.is_complete

    def hand_over(self) -> None:
        """Let a thread read the request from memory, and write to memory."""
        self.surplus = self.framing.remaining()
        del self.received[len(self.received) - len(self.surplus) :]
        self.parser = get_parser(self.cfg, iter([bytes(self.received)]), self.client)
        self.sock = Answer()

    def take_back(self) -> None:
        """The request is done with; its answer is to be sent."""
        self.received = bytearray()
        self.answer, self.sock = self.sock.data, self.wire

    def _declares_too_much(self) -> bool:
        return (self.framing.content_length or 0) > self.max_body

    def _continue(self) -> None:
        """Called at the end of the head: a client may want to hear that its body is welcome."""
        expectations = [value.lower() for name, value in self.framing.headers if name == b"expect"]
        expected = expectations == [b"100-continue"] and self.framing.http_version >= (1, 1)
        if expected and not self._declares_too_much():
            with suppress(OSError):
                self.sock.send(b"HTTP/1.1 100 Continue\r\n\r\n")


class BufferingWorker(ThreadWorker):
    """See the module.

    A connection waits for its client in one of four queues, each in order of time: ``keepalived_conns`` before the
    first byte of a request, ``pending_conns`` until the last, ``sending`` while it takes the answer, ``lingering``
    after its last answer.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        self.sending: deque[Connection] = deque()
        self.lingering: deque[Connection] = deque()
        self.handed_over = 0  # bytes of the requests that threads have or are to get
        settings = Settings.from_environment()
        self.max_body = settings.max_body_bytes
        self.patience = settings.transfer_seconds

    def accept(self, listener: socket) -> None:
        """Take in a connection."""
        try:
            sock, client = listener.accept()
        except (BlockingIOError, ConnectionAbortedError):  # another worker was quicker, or the client has gone
            return
        self.nr_conns += 1
        if self.nr_conns >= self.worker_connections:
            queue = self.lingering or self.keepalived_conns or self.pending_conns or self.sending
            if queue:
                self._drop(queue[0])
        self._expect_request(Connection(self.cfg, sock, client, listener.getsockname(), self.max_body))

    def handle_request(self, req: Request, conn: Connection) -> bool:
        """Answer a request, in a thread."""
        req._expected_100_continue = False  # the connection has seen to it
        if not conn.framing.is_complete:
            req.force_close()
        return bool(super().handle_request(req, conn))

    def finish_request(self, conn: Connection, future: "Future[bool]") -> None:
        """Send what the thread has left behind; called on the event loop."""
        self.handed_over -= len(conn.received)
        conn.take_back()
        conn.goes_on = not future.cancelled() and not future.exception() and future.result()
        self._send(conn)

    def murder_pending(self) -> None:
        """Part with the clients whose time is up."""
        now = time.monotonic()
        while self.pending_conns and self.pending_conns[0].timeout <= now:
            self._refuse(self.pending_conns[0], HTTPStatus.REQUEST_TIMEOUT, "The request did not arrive in time.")
        for queue in (self.sending, self.lingering):
            while queue and queue[0].timeout <= now:
                self._drop(queue[0])

    def _expect_request(self, conn: Connection) -> None:
        surplus = conn.surplus
        conn.renew()
        self._wait(conn, self.keepalived_conns, self.cfg.keepalive if self.alive else STOP_KEEPALIVE_LINGER)
        if surplus:
            self._take(conn, surplus)

    def _ready(self, conn: Connection, sock: socket) -> None:
        """Called when the client has sent, or can take, something."""
        if conn.queue is self.sending:
            self._send(conn)
        elif conn.queue is not None:  # None if an earlier event of the same turn has ended it
            try:
                data = sock.recv(_PIECE)
            except BlockingIOError:
                return
            except OSError:
                data = b""
            if not data:
                self._drop(conn)
            elif conn.queue is not self.lingering:
                self._take(conn, data)

    def _take(self, conn: Connection, data: bytes) -> None:
        """Take in a piece of a request, and give the request to a thread if that was the last."""
        try:
            whole = conn.feed(data)
        except ParseError as error:
            self._refuse(conn, _STATUSES.get(type(error), HTTPStatus.BAD_REQUEST), str(error))
            return
        if conn.queue is self.keepalived_conns:
            self._wait(conn, self.pending_conns, self.patience)
        self._save_memory()
        if whole and conn.queue is self.pending_conns:
            self._leave(conn)
            conn.hand_over()
            self.handed_over += len(conn.received)
            self.enqueue_req(conn)

    def _send(self, conn: Connection) -> None:
        """Send as much of the answer as the client takes at once."""
        try:
            del conn.answer[: conn.sock.send(conn.answer)]
        except BlockingIOError:
            pass
        except OSError:
            self._drop(conn)
            return
        if conn.answer:
            if conn.queue is not self.sending:
                self._wait(conn, self.sending, self.patience, EVENT_WRITE)
                self._save_memory()
        elif conn.goes_on:
            self._expect_request(conn)
        else:
            self._part(conn)

    def _save_memory(self) -> None:
        """Part with the slowest clients while what is held for all of them is too much."""
        while self._held() > _LARGEST * (self.max_body + _HEAD):
            slowest = min((queue[0] for queue in (self.pending_conns, self.sending) if queue), key=lambda c: c.timeout)
            if slowest.queue is self.sending:
                self._drop(slowest)
            else:
                self._refuse(slowest, HTTPStatus.SERVICE_UNAVAILABLE, "Too many large requests at once.")

    def _held(self) -> int:
        requests = sum(len(conn.received) for conn in self.pending_conns)
        return self.handed_over + requests + sum(len(conn.answer) for conn in self.sending)

    def _refuse(self, conn: Connection, status: HTTPStatus, detail: str) -> None:
        self.log.info("Refused a request from %s: %s.", conn.client, status.phrase)
        metrics.record_refusal(status)
        with suppress(OSError):
            write_error(conn.sock, status.value, status.phrase, detail)
        self._part(conn)

    def _part(self, conn: Connection) -> None:
        """End a connection so that its client can read the last answer: closed with bytes unread, it would be reset."""
        try:
            conn.sock.shutdown(SHUT_WR)
        except OSError:
            self._drop(conn)
        else:
            conn.renew()
            self._wait(conn, self.lingering, _LINGER)

    def _wait(self, conn: Connection, queue: "deque[Connection]", seconds: float, event: int = EVENT_READ) -> None:
        self._leave(conn)
        conn.timeout = time.monotonic() + seconds
        conn.queue = queue
        queue.append(conn)
        self.poller.register(conn.sock, event, partial(self._ready, conn))

    def _leave(self, conn: Connection) -> None:
        if conn.queue is not None:
            conn.queue.remove(conn)
            conn.queue = None
            self.poller.unregister(conn.sock)

    def _drop(self, conn: Connection) -> None:
        self._leave(conn)
        self.nr_conns -= 1
        conn.close()

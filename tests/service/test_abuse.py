"""Hostile clients of the real server: while they are at it, the next honest client is answered.

One worker, so that the honest client meets the very process under attack; gunicorn's own threaded worker fails most of
these. What an honest request takes is not measured here: that it is answered while the abuse still lasts is.
"""

import json
import os
import resource
import select
import signal
import socket
import subprocess
import urllib.request
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.server import STATEMENTS, free_port, post, wait_until_ready

PATIENCE = 8  # seconds, instead of the usual 30
CONNECTIONS = 512  # as service/gunicorn.py has it
HEAD = b"POST /classify HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"


class Server:
    def __init__(self, process, port):
        self.process = process
        self.port = port

    def workers(self):
        return Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()

    def connect(self):
        return socket.create_connection(("127.0.0.1", self.port), timeout=60)

    @contextmanager
    def clients(self, number, request=b""):
        """So many connections that have sent so much; afterwards an honest client is answered again."""
        with ExitStack() as stack:
            connections = [stack.enter_context(self.connect()) for _ in range(number)]
            for connection in connections:
                connection.sendall(request)
            yield connections
        self.answers_honestly()

    def answers_honestly(self):
        assert [row["text"] for row in post(self.port, {"text": "Why? He left."})["sentences"]] == ["Why?", "He left."]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(4096, hard)), hard))
    environment = os.environ | {"PORT": str(free_port()), "WEB_CONCURRENCY": "1"}
    environment |= {"STATEMENTS_TRANSFER_SECONDS": str(PATIENCE), "STATEMENTS_DRAIN_SECONDS": "0"}
    log = tmp_path_factory.mktemp("server") / "log"
    with log.open("wb") as file:
        process = subprocess.Popen([STATEMENTS, "serve"], env=environment, stdout=file, stderr=file)
    server = Server(process, int(environment["PORT"]))
    try:
        wait_until_ready(process, server.port)
        workers = server.workers()
        yield server
        assert server.workers() == workers, "a worker was restarted"
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=60) == 0
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert '"level": "error"' not in log.read_text()
    assert '"level": "critical"' not in log.read_text()


def unanswered(connections):
    """Those that the server has neither answered nor closed."""
    poll = select.poll()
    for connection in connections:
        poll.register(connection, select.POLLIN)
    answered = {number for number, _ in poll.poll(0)}
    return [connection for connection in connections if connection.fileno() not in answered]


def answers(connection):
    """Everything the server still sends."""
    with connection.makefile("rb") as file:
        return file.read()


def status(connection):
    return int(connection.recv(4096).split()[1])


@pytest.mark.parametrize(
    "request_so_far",
    [
        pytest.param(b"POST /classify HT", id="request line"),
        pytest.param(HEAD + b"X-A: ", id="header"),
        pytest.param(HEAD + b"Content-Length: 100\r\n\r\n{", id="body"),
        pytest.param(HEAD + b"Transfer-Encoding: chunked\r\n\r\n50\r\n{", id="chunk"),
    ],
)
def test_slow_senders_occupy_no_thread(server, request_so_far):
    with server.clients(50, request_so_far) as clients:
        for client in clients:
            client.sendall(b"a")
        server.answers_honestly()
        assert len(unanswered(clients)) == len(clients)


def test_a_request_that_does_not_arrive_in_time_is_408_however_steadily_it_trickles(server):
    with server.clients(2, HEAD + b"Content-Length: 100\r\n\r\n") as clients:
        while unanswered(clients[:1]):
            clients[0].sendall(b" ")
            select.select(clients, [], [], 0.2)
        for client in clients:
            assert status(client) == 408


def test_a_thousand_silent_connections(server):
    with server.clients(1000) as clients:
        server.answers_honestly()
        assert CONNECTIONS - 10 < len(unanswered(clients)) < CONNECTIONS  # the oldest made room


def test_clients_that_do_not_close_after_their_last_answer(server):
    with server.clients(200, b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n") as clients:
        server.answers_honestly()
        assert {status(client) for client in clients} == {200}


def test_clients_that_do_not_take_their_answers(server):
    request = b"GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n" * 1000
    with ExitStack() as stack:
        for _ in range(8):
            client = stack.enter_context(socket.socket())
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.connect(("127.0.0.1", server.port))
            client.sendall(request)
        for _ in range(250):  # by then the buffers of gunicorn's own worker are full, and its threads wait
            with urllib.request.urlopen(f"http://127.0.0.1:{server.port}/healthz", timeout=30) as answer:
                assert answer.status == 200
    server.answers_honestly()


def test_pipelined_requests_are_answered_in_order(server):
    paths = [b"/labels", b"/healthz", b"/nowhere", b"/model"] * 25
    pieces = [b"GET %s HTTP/1.1\r\nHost: x\r\n\r\n" % path for path in paths]
    pieces[-1] = pieces[-1].replace(b"Host", b"Connection: close\r\nHost")
    with server.clients(1, b"".join(pieces)) as (client,):
        found = answers(client)
    starts = [b'{"labels', b'{"status":"ok"', b'{"type":"about:blank"', b'{"name"'] * 25
    assert [body.startswith(start) for body, start in zip(found.split(b"\r\n\r\n")[1:], starts, strict=True)] == [
        True
    ] * 100


def test_a_declared_body_over_the_limit_is_refused_unread(server):
    with server.clients(20, HEAD + b"Content-Length: 10000000000\r\n\r\n{") as clients:
        for client in clients:
            answer = answers(client)
            assert answer.startswith(b"HTTP/1.1 413 ")
            assert b"Connection: close" in answer


def test_a_client_may_ask_first_whether_its_body_is_welcome(server):
    body = b'{"text": "Why?"}'
    with server.clients(1, HEAD + b"Expect: 100-continue\r\nContent-Length: %d\r\n\r\n" % len(body)) as (client,):
        assert client.recv(4096) == b"HTTP/1.1 100 Continue\r\n\r\n"
        client.sendall(body)
        assert status(client) == 200
    with server.clients(1, HEAD + b"Expect: 100-continue\r\nContent-Length: 9999999\r\n\r\n") as (client,):
        assert status(client) == 413


def test_an_endless_chunked_body_is_cut_off(server):
    with server.clients(1, HEAD + b"Transfer-Encoding: chunked\r\n\r\n") as (client,):
        while unanswered([client]):
            client.sendall(b"10000\r\n" + b" " * 0x10000 + b"\r\n")
        assert status(client) == 413


def test_many_large_bodies_at_once_are_bounded_in_memory(server):
    almost = HEAD + b"Content-Length: 1000000\r\n\r\n" + b" " * 999_999
    with server.clients(100, almost) as clients:
        while len(waiting := unanswered(clients)) > 70:  # 64 MiB are held at most
            server.answers_honestly()
        refused = clients[: -len(waiting)]
        assert waiting == clients[len(refused) :], "the slowest are let go first"
        assert {status(client) for client in refused} == {503}


@pytest.mark.parametrize("cut", [1, 20, len(HEAD), len(HEAD) + 30])
@pytest.mark.parametrize("how", [socket.SHUT_WR, socket.SHUT_RDWR])
def test_truncated_requests(server, cut, how):
    whole = HEAD + b'Content-Length: 16\r\n\r\n{"text": "Why?"}'
    with server.clients(20, whole[:cut]) as clients:
        for client in clients:
            client.shutdown(how)
        server.answers_honestly()


@pytest.mark.parametrize(
    ("request_bytes", "expected"),
    [
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400),
        (b"\0" * 100_000, 414),
        (b"GET /healthz\r\n\r\n", 400),
        (b"GET /healthz HTTP/9.9\r\n\r\n", 400),
        (b"GET /healthz HTTP/1.1\n\n", 400),
        (b"get /healthz HTTP/1.1\r\n\r\n", 400),
        (b"GET /\xff HTTP/1.1\r\n\r\n", 400),
        (b"GET /%s HTTP/1.1\r\n\r\n" % (b"a" * 10_000), 414),
        (b"GET /healthz HTTP/1.1\r\nX: %s\r\n\r\n" % (b"a" * 100_000), 431),
        (b"GET /healthz HTTP/1.1\r\n%s\r\n" % (b"X: a\r\n" * 10_000), 431),
        (b"GET /healthz HTTP/1.1\r\nno colon\r\n\r\n", 400),
        (b"GET /healthz HTTP/1.1\r\nX : a\r\n\r\n", 400),
        (b"GET /healthz HTTP/1.1\r\nX: a\0b\r\n\r\n", 400),
        (b"GET /healthz HTTP/1.1\r\nX: a\r\n folded\r\n\r\n", 400),
        (b"GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400),
        (HEAD + b"Content-Length: -1\r\n\r\n", 400),
        (HEAD + b"Content-Length: +2\r\n\r\n{}", 400),
        (HEAD + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}", 400),
        (HEAD + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}", 400),
        (HEAD + b"Transfer-Encoding: gzip\r\n\r\n{}", 400),
        (HEAD + b"Transfer-Encoding: bogus\r\n\r\n{}", 501),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\nxyz\r\n{}\r\n", 400),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}{}\r\n", 400),
        (HEAD + b"Expect: tea\r\nContent-Length: 0\r\n\r\n", 417),
    ],
)
def test_malformed_requests_are_refused_and_the_connection_ends(server, request_bytes, expected):
    with server.clients(5, request_bytes) as clients:
        server.answers_honestly()
        for client in clients:
            answer = answers(client)
            assert int(answer.split()[1]) == expected, answer[:300]
            assert answer.count(b"\r\n\r\n") == 1, "what follows a malformed request was taken for another"


def test_a_split_request_is_answered_like_a_whole_one(server):
    body = json.dumps({"text": "Why? He left."}).encode()
    whole = HEAD + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\nX-Trailer: a\r\n\r\n" % (len(body), body)
    with server.clients(1) as (client,):
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for start in range(0, len(whole), 3):
            client.sendall(whole[start : start + 3])
        assert status(client) == 200

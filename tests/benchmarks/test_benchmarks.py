"""The benchmarks' own machinery: what it sends, counts, starts, stops and concludes."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import psutil
import pytest

from benchmarks.contestants import CONSTANT, ECHO, PEERS, STATEMENTS, UNBATCHED
from benchmarks.load import load
from benchmarks.report import bars, markdown
from benchmarks.servers import running


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    paths: list[str]

    def do_GET(self):
        self.paths.append(self.path)
        self.send_response(200 if self.path != "/missing" else 404)
        if self.path == "/chunked":
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            for part in (b"2\r\nab\r\n", b"1\r\nc\r\n", b"0\r\n\r\n"):
                self.wfile.write(part)
        else:
            self.send_header("Content-Length", "3")
            self.end_headers()
            self.wfile.write(b"abc")

    def log_message(self, *_):
        pass


@pytest.fixture
def port() -> Iterator[int]:
    Handler.paths = []
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()


def get(path):
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()


def test_the_driver_sends_each_request_once_and_waits_for_every_answer(port):
    paths = [f"/{number}" for number in range(20)] + ["/chunked"] * 4
    run = load(port, [get(path) for path in paths], connections=3, seconds=30)
    assert sorted(Handler.paths) == sorted(paths)
    assert len(run.latencies) == len(paths)
    assert max(run.latencies) <= run.seconds


def test_the_driver_stops_sending_when_the_time_is_up(port):
    assert len(load(port, [get("/")] * 20, connections=3, seconds=0).latencies) == 3


def test_the_driver_fails_with_the_server(port):
    with pytest.raises(RuntimeError, match="404"):
        load(port, [get("/missing")], connections=1, seconds=1)


def test_a_contestant_runs_until_it_is_left_and_its_memory_and_time_are_seen():
    before = set(psutil.Process().children(recursive=True))
    with running(ECHO) as server:
        sentence = ECHO.request(ECHO.sentences(["A sentence."]))
        assert len(load(server.port, [sentence] * 50, connections=2, seconds=30).latencies) == 50
        family = set(psutil.Process().children(recursive=True)) - before
        assert 2 <= len(family) <= 3  # the master and its workers, of which the second may still be starting
        assert server.cpu_seconds() > 0
        assert server.memory()["total"] > server.memory()["worker"] > 0
    assert set(psutil.Process().children(recursive=True)) <= before


def results(ours, theirs):
    """Figures in which each of ours is one value, and each of the others' another."""
    rows = {
        name: {"rounds": [rate], "sentences": rate, "requests": rate}
        | dict.fromkeys(("p50", "p99", "processor", "driver"), 1.0)
        for name, rate in (
            (STATEMENTS.name, ours),
            (CONSTANT.name, ours),
            (ECHO.name, theirs),
            (UNBATCHED.name, theirs),
        )
    }
    rows[PEERS[0].name] = rows[ECHO.name]
    calls = ("the whole, 1", "the whole, 1,000", "all but the encoder, 1", "all but the encoder, 1,000")
    return {
        "machine": "A machine.",
        "calls": {
            "calls": {name: {"naive": ours, "compiled": theirs, "ratio": ours / theirs} for name in calls},
            "encoder": {"one by one": 2.0},
            "requests": {10: theirs, 10_000: theirs * 1.05 if ours > theirs else theirs * 2},
        },
        "serving": {
            "workloads": {"single sentence": rows, "article of 25 sentences": rows},
            "servers": {STATEMENTS.name: {"startup": 100 / ours, "total": 500.0, "worker": 2000 / ours}},
            "skipped": {"MLflow": "not installed"},
        },
    }


def test_every_bar_can_hold_and_every_bar_can_be_missed():
    assert [holds for *_, holds in bars(results(100.0, 4.0))] == [True] * 8
    assert [holds for *_, holds in bars(results(4.0, 100.0))] == [False] * 8


def test_the_report_says_what_is_missed_and_who_is_left_out():
    text = markdown(results(4.0, 100.0))
    assert text.count("**no**") == 8
    assert "MLflow skipped: not installed." in text

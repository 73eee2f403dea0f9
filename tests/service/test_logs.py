"""What is logged, in what form, and above all what is not."""

import io
import json
import logging
import re
import socket
from contextlib import redirect_stdout

import pytest

from service.keys import generate
from service.logs import configure
from service.settings import Settings
from tests.server import post, serving

MARKER = "Quetzalcoatl"
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


@pytest.fixture
def output(request):
    """What is logged during the test, as the server writes it."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    with redirect_stdout(io.StringIO()) as stream:
        configure(Settings(**getattr(request, "param", {"log_level": "debug"})))
    yield stream.getvalue
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.captureWarnings(False)


def lines(text):
    return [json.loads(line) for line in text.splitlines()]


def requests(text):
    return [line for line in lines(text) if line["event"] == "request"]


def test_a_request_is_one_line(client, output):
    body = json.dumps({"text": "Talks resume on Monday. Why?"})
    client.post("/classify?q=1", data=body, content_type="application/json", headers={"X-Request-ID": "a-1"})
    (line,) = lines(output())
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+Z", line.pop("timestamp"))
    assert 0 < line.pop("seconds") < 60
    assert line == {
        "event": "request",
        "level": "info",
        "logger": "service.logs",
        "method": "POST",
        "route": "/classify",
        "status": 200,
        "sentences": 2,
        "reason": None,
        "bytes_in": len(body),
        "request_id": "a-1",
        "remote": "127.0.0.1",
        "key": None,
    }


def test_a_refusal_says_why_and_an_unknown_path_or_method_is_not_quoted(client, output):
    client.post("/classify", data="{", content_type="application/json")
    client.open("/secret", method="SECRET")
    first, second = lines(output())
    assert (first["status"], first["reason"], first["route"]) == (400, "BadRequest", "/classify")
    assert (second["status"], second["method"], second["route"]) == (404, "other", "none")


def test_strangers_and_callers_over_the_limit_are_logged(client_with, output):
    secret, key = generate("alice")
    client = client_with(api_keys=[f"{key.name}:{key.digest}"], rate_limit="1/hour", trusted_proxies=1)
    for headers in ({}, {"X-API-Key": secret}, {"X-API-Key": secret}):
        assert client.get("/labels", headers=headers | {"X-Forwarded-For": "192.0.2.1"}).headers["X-Request-ID"]
    assert secret not in output()
    assert [(line["status"], line["reason"], line["key"], line["remote"]) for line in requests(output())] == [
        (401, "Unauthorized", None, "192.0.2.1"),
        (200, None, "alice", "192.0.2.1"),
        (429, "RateLimitExceeded", "alice", "192.0.2.1"),
    ]


def test_a_request_that_is_refused_before_any_hook_is_logged(client, output):
    assert client.get("/v2/models/other").headers["X-Request-ID"]
    assert [(line["route"], line["status"]) for line in lines(output())] == [("/v2/models/<model>", 404)]


@pytest.mark.parametrize("given", ["7", "A.b_c-9", "x" * 64])
def test_a_request_id_is_taken_over(client, given):
    response = client.post("/classify", headers={"X-Request-ID": given})
    assert response.headers["X-Request-ID"] == given
    assert response.get_json()["request_id"] == given


@pytest.mark.parametrize("given", ["", "x" * 65, "a b", "é", 'a"', "a,b", "{}"])
def test_a_request_id_that_is_not_plain_is_replaced(client, given):
    response = client.get("/healthz", headers={"X-Request-ID": given})
    assert re.fullmatch("[0-9a-f]{32}", response.headers["X-Request-ID"])


@pytest.mark.parametrize(
    ("given", "trace"),
    [
        (f"00-{TRACE}-00f067aa0ba902b7-01", TRACE),
        (f"cc-{TRACE}-00f067aa0ba902b7-01", TRACE),
        (f"cc-{TRACE}-00f067aa0ba902b7-01-what-the-future-brings", TRACE),
        (f"00-{TRACE}-00f067aa0ba902b7-01-more", None),
        (f"ff-{TRACE}-00f067aa0ba902b7-01", None),
        (f"00-{TRACE.upper()}-00f067aa0ba902b7-01", None),
        (f"00-{'0' * 32}-00f067aa0ba902b7-01", None),
        (f"00-{TRACE}-{'0' * 16}-01", None),
        (f"00-{TRACE}-00f067aa0ba902b7", None),
        ("hello", None),
    ],
)
def test_the_trace_id_comes_from_a_valid_traceparent(client, output, given, trace):
    client.get("/healthz", headers={"traceparent": given})
    client.get("/healthz")
    assert [line.get("trace_id") for line in lines(output())] == [trace, None]


def fail(request, *_):
    """As a library would that quotes what it cannot digest."""
    try:
        raise KeyError(request["text"])
    except KeyError as error:
        raise ValueError(f"cannot digest {request['text']}") from error


def test_an_exception_is_logged_with_its_place_and_type_but_no_values(client, output, monkeypatch):
    monkeypatch.setitem(client.application.config, "PROPAGATE_EXCEPTIONS", False)
    monkeypatch.setattr("service.routes.classify", fail)
    client.post(f"/classify?{MARKER}", json={"text": MARKER}, headers={"X-Request-ID": "a-2"})
    logged = output()
    assert MARKER not in logged
    exception, request = lines(logged)
    assert (exception["level"], exception["request_id"], request["request_id"]) == ("error", "a-2", "a-2")
    assert (exception["event"], request["status"]) == ("exception", 500)
    assert 'raise KeyError(request["text"])\nKeyError\n\nthen\n\n' in exception["exception"]
    assert exception["exception"].endswith("from error\nValueError")


@pytest.mark.parametrize("output", [{"log_format": "text"}], indirect=True)
def test_text_format(client, output):
    client.get("/healthz")
    (line,) = output().splitlines()
    assert "route=/healthz" in line


@pytest.mark.parametrize("output", [{"log_level": "warning"}], indirect=True)
def test_the_level_is_heeded(client, output):
    client.get("/healthz")
    assert not output()


def exchange(port, request):
    """Send raw bytes and read until the server closes."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(65536):
            pass


HEAD = b"POST /classify HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"


def test_the_server_logs_json_only_and_never_what_was_posted(tmp_path):
    with serving(tmp_path, STATEMENTS_LOG_LEVEL="debug", STATEMENTS_DRAIN_SECONDS="0") as (process, port):
        post(port, {"text": f"{MARKER} left the talks."})
        for body in (
            f'{{"text": "{MARKER}", "{MARKER}": 1}}',  # an unknown member
            f'{{"{MARKER}": 1, "{MARKER}": 2}}',  # twice the same member
            f'{{"text": ["{MARKER}"], "offsets": "{MARKER}"}}',
            f'{{"text": "{MARKER}',
            f'"{MARKER}"',
        ):
            exchange(port, HEAD + b"Content-Length: %d\r\n\r\n%s" % (len(body), body.encode()))
        # a wrong length makes the rest of the body the next request
        exchange(port, HEAD + f"Content-Length: 2\r\n\r\n{{}}{MARKER} left.\r\n\r\n".encode())
        exchange(port, HEAD + f"Content-Length: 2\r\n\r\n{{}}GET /{MARKER} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        exchange(port, HEAD + f"Transfer-Encoding: chunked\r\n\r\n{MARKER}\r\n".encode())
        exchange(port, HEAD + f"{MARKER}\r\n\r\n".encode())
        exchange(port, HEAD + f"Expect: {MARKER}\r\n\r\n".encode())
        process.terminate()
        assert process.wait(timeout=40) == 0
    logged = (tmp_path / "log").read_text()
    assert MARKER not in logged
    found = lines(logged)
    statuses = [line["status"] for line in requests(logged) if line["route"] == "/classify"]
    assert statuses[0] == 200
    assert {400, 422} <= set(statuses)
    unread = [line for line in found if line["event"].startswith(("Refused a request", "Invalid request"))]
    assert len(unread) == 4
    assert unread[-1]["event"] == "Invalid request from ip=127.0.0.1: ExpectationFailed"
    assert not any("request_id" in line for line in unread)

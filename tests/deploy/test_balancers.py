"""HAProxy and nginx, configured as deployed, before stand-ins for the replicas; `make balancers` has real ones."""

import json
import os
import re
import runpy
import shutil
import subprocess
import threading
import time
from collections import Counter
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from service import gunicorn
from service.settings import Settings

DEPLOY = Path(__file__).parents[2] / "deploy"
PROOF = runpy.run_path(str(DEPLOY / "prove-balancers"))


class Replica(ThreadingHTTPServer):
    """Answers with the headers it was sent, unless it is draining or dies of every POST."""

    draining = dying = False

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.posts = Counter()
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    def handle_error(self, *_):
        """HAProxy resets the connections of its checks."""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.answer(503 if self.server.draining else 200)

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.server.posts[self.path] += 1
        if self.server.dying:
            self.close_connection = True
        else:
            self.answer(200)

    def answer(self, status):
        body = json.dumps({name.lower(): value for name, value in self.headers.items()}).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def replicas():
    servers = [Replica() for _ in range(3)]
    yield servers
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture(params=["haproxy", "nginx"])
def balancer(request):
    if not shutil.which(request.param):
        pytest.skip(f"{request.param} is not installed")
    if request.param == "nginx" and os.geteuid() != 0:
        pytest.skip("nginx needs root")
    return request.param


@pytest.fixture
def port(balancer, replicas, tmp_path):
    port = PROOF["free_port"]()
    command, environment = PROOF["balancer"](balancer, port, [replica.server_port for replica in replicas], tmp_path)
    with (tmp_path / "log").open("w") as log:
        process = subprocess.Popen(command, env=os.environ | environment, stdout=log, stderr=log)
    deadline = time.monotonic() + 30
    while PROOF["get"](port, "/readyz") is None:
        assert process.poll() is None, (tmp_path / "log").read_text()
        assert time.monotonic() < deadline
        time.sleep(0.05)
    yield port
    process.terminate()
    process.wait()


def post(port, path="/classify", body=b"{}", headers=()):
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("POST", path, body, {"Content-Type": "application/json", **dict(headers)})
    response = connection.getresponse()
    content = json.loads(response.read())
    connection.close()
    return response, content


def test_what_a_dying_replica_did_not_answer_is_asked_of_another(port, replicas):
    replicas[0].dying = True
    assert {post(port, body=b"x" * 100_000)[0].status for _ in range(12)} == {200}
    assert replicas[0].posts["/classify"]


def test_only_classify_is_sent_again(port, replicas):
    for replica in replicas:
        replica.dying = True
    for path in ("/elsewhere", "/classify"):
        response, problem = post(port, path)
        assert response.status == problem["status"] == 502
        assert response.getheader("Content-Type") == "application/problem+json"
        assert problem.keys() == {"type", "title", "status", "detail"}
    times = sum((replica.posts for replica in replicas), Counter())
    assert times["/elsewhere"] == 1
    assert times["/classify"] > 1


def test_a_body_may_be_as_large_as_the_service_takes_it(port):
    limit = Settings().max_body_bytes
    response, _ = post(port, body=b"x" * limit)
    assert response.status == 200
    response, problem = post(port, body=b"x" * (limit + 1))
    assert response.status == problem["status"] == 413
    assert response.getheader("Content-Type") == "application/problem+json"


def test_the_replica_learns_who_asked_under_which_id(port):
    _, headers = post(port)
    assert headers["x-forwarded-for"] == "127.0.0.1"
    assert headers["x-forwarded-proto"] == "http"
    assert re.fullmatch("[0-9a-f-]{32,36}", headers["x-request-id"])
    _, headers = post(port, headers={"X-Request-ID": "mine"})
    assert headers["x-request-id"] == "mine"


@pytest.mark.parametrize("balancer", ["haproxy"], indirect=True)
def test_haproxy_sends_a_draining_replica_nothing(port, replicas):
    replicas[0].draining = True
    deadline = time.monotonic() + 30
    before = None
    while before != (before := replicas[0].posts.total()):
        assert time.monotonic() < deadline
        for _ in range(12):
            post(port)
        time.sleep(0.2)


def test_idle_connections_and_patience_fit_the_server():
    nginx = (DEPLOY / "nginx" / "nginx.conf").read_text()
    assert int(re.search(r"keepalive_timeout (\d+)s;  # below", nginx).group(1)) < gunicorn.keepalive
    assert int(re.search(r"proxy_read_timeout (\d+)s", nginx).group(1)) > gunicorn.timeout
    haproxy = (DEPLOY / "haproxy" / "haproxy.cfg").read_text()
    assert int(re.search(r"timeout server (\d+)s", haproxy).group(1)) > gunicorn.timeout

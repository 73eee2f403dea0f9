"""`statements classify --url`, against the real server and a refusing one."""

import re
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from tests.server import SEED, STATEMENTS

FIGURE = rb"\d\.\d+(?:e-\d+)?"
WITHOUT_CLIENT = "import sys; sys.modules['statements_client'] = None; from models.cli import main; main()"


def run(*arguments, program=(STATEMENTS,), **environment):
    command = [*program, "classify", *arguments]
    return subprocess.run(command, env=environment, input=b"Why?", capture_output=True, timeout=120, check=False)


def complaint(result):
    """The one line that a command which fails says."""
    assert result.returncode == 2
    assert result.stdout == b""
    assert result.stderr.count(b"\n") == 1
    return result.stderr.decode()


@pytest.fixture
def refusing():
    """A server that refuses all, and the requests it had."""
    requests = []

    class Refuse(BaseHTTPRequestHandler):
        def do_GET(self):
            requests.append(self)
            self.send_response(401)
            self.send_header("content-type", "application/problem+json")
            self.end_headers()
            self.wfile.write(b'{"type": "about:blank", "title": "Unauthorized", "status": 401, "detail": "No."}')

        def log_message(self, *_):
            pass

    with HTTPServer(("127.0.0.1", 0), Refuse) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", requests
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("style", ["text", "jsonl", "tsv"])
def test_it_prints_what_a_local_model_would(url, style):
    arguments = ["--format", style, SEED.with_suffix(".txt")]
    remote, local = run(*arguments, STATEMENTS_CLIENT_URL=url), run(*arguments)
    assert remote.stdout.count(b"\n") > 5
    assert re.sub(FIGURE, b"", remote.stdout) == re.sub(FIGURE, b"", local.stdout)
    # the last digits of a score depend on what else is scored at the time
    figures = ([float(figure) for figure in re.findall(FIGURE, result.stdout)] for result in (remote, local))
    assert next(figures) == pytest.approx(next(figures), abs=0.011)
    assert remote.stderr == local.stderr == b""


def test_the_key_comes_from_the_environment_and_a_refusal_is_one_line(refusing):
    url, requests = refusing
    assert f"{url}: 401 Unauthorized: No." in complaint(run("--url", url, STATEMENTS_CLIENT_KEY="secret"))
    assert requests[0].headers["x-api-key"] == "secret"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--url", "http://127.0.0.1:9"], "http://127.0.0.1:9: "),
        (["--url", "http://["], "http://[: "),
        (["--url", "http://127.0.0.1:9", "--model", "here"], "--model is a model on disk"),
    ],
)
def test_an_error_is_one_line_and_exit_status_2(arguments, said):
    assert said in complaint(run(*arguments))


def test_without_the_client_it_says_how_to_get_it():
    result = run("--url", "http://127.0.0.1:9", program=(sys.executable, "-c", WITHOUT_CLIENT))
    assert "pip install ./client" in complaint(result)

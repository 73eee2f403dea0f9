"""The real server, for the tests that want one: gunicorn as `statements serve` starts it."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import pytest

STATEMENTS = Path(sys.executable).with_name("statements")
SEED = Path(__file__).parents[1] / "seeds" / "000_1e48b94bf6827798"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def post(port, body):
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/classify", json.dumps(body).encode(), {"content-type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=60) as response:  # noqa: S310
        return json.load(response)


def wait_until_ready(server, port):
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert server.poll() is None, "the server ended"
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as response:
                assert response.status == 200
                return
        except OSError:
            time.sleep(0.1)
    pytest.fail("the server did not get ready")


@contextmanager
def serving(directory, **settings):
    """A server's process and port; what it says goes to the file `log` in the directory."""
    port = free_port()
    environment = os.environ | {"PORT": str(port), "WEB_CONCURRENCY": "2"} | settings
    with (directory / "log").open("wb") as log:
        process = subprocess.Popen([STATEMENTS, "serve"], env=environment, stdout=log, stderr=log)
    try:
        wait_until_ready(process, port)
        yield process, port
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()

"""The real server: gunicorn as `statements serve` starts it."""

import os
import socket
import subprocess
import sys
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.server import SEED, STATEMENTS, post


def send(port, request):
    """Status of the answer to raw bytes."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(request)
        return int(connection.recv(4096).split()[1])


def chunked(body):
    pieces = [body[start : start + 65536] for start in range(0, len(body), 65536)]
    head = b"POST /classify HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    return head + b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


def test_chunked_bodies_are_read_and_limited(server):
    assert send(server, chunked(b'{"text": "Why?"}')) == 200
    assert send(server, chunked(b'{"text": "%s"}' % (b"a b. " * 300_000))) == 413


def test_the_server_does_not_tell_its_version(server):
    with urllib.request.urlopen(f"http://127.0.0.1:{server}/healthz", timeout=30) as response:
        assert response.headers["Server"] == "gunicorn"


def test_the_seed_article(server):
    text = SEED.with_suffix(".txt").read_text()
    gold = [line.split("\t") for line in SEED.with_suffix(".tsv").read_text().splitlines()]
    rows = post(server, {"text": text})["sentences"]
    assert [row["text"] for row in rows] == [sentence for _, sentence in gold]
    assert [text[row["start"] : row["end"]] for row in rows] == [row["text"] for row in rows]
    assert all(len(row["scores"]) == 5 and sum(row["scores"].values()) == pytest.approx(1) for row in rows)
    # as many as model 1.0.0 got right: a floor for later models, not a claim that nine is good
    agreeing = sum(row["label"] == label for row, (label, _) in zip(rows, gold, strict=True))
    assert agreeing >= 9, f"{agreeing} of {len(gold)} labels agree with the gold ones"


def test_requests_in_parallel_are_answered_alike(server):
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: post(server, {"text": "Talks resume on Monday. Why?"}), range(40)))
    rows = [row for answer in answers for row in answer["sentences"]]
    assert [row["label"] for row in rows] == ["report", "report"] * 40
    assert all(row["scores"] == pytest.approx(rows[row["index"]]["scores"], abs=1e-5) for row in rows)


def test_schemathesis_finds_no_fault_at_the_boundaries(server, tmp_path):
    """What tests/service/test_openapi.py leaves out: its examples and boundary values, other methods, over the wire."""
    command = [Path(sys.executable).with_name("schemathesis"), "run", f"http://127.0.0.1:{server}/openapi.json"]
    command += ["--phases=examples,coverage", "--mode=all", "--checks=all", "--seed=1", "--no-color"]
    command += ["--exclude-path-regex=infer$"]  # a shape has to fit its data, which no schema can say
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, timeout=300, check=False)
    assert result.returncode == 0, result.stdout.decode()
    assert b"No issues found" in result.stdout


def test_a_taken_port_ends_it_with_an_error(server):
    result = subprocess.run([STATEMENTS, "serve", "--port", str(server)], capture_output=True, timeout=60, check=False)
    assert result.returncode != 0


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("STATEMENTS_MAX_SENTENCES", "many", "STATEMENTS_MAX_SENTENCES"),
        ("STATEMENTS_MODEL", "/nowhere", "/nowhere"),
        ("STATEMENTS_API_KEYS_FILE", "/nowhere", "STATEMENTS_API_KEYS_FILE"),
    ],
)
def test_a_wrong_setting_or_model_ends_it_with_one_line(name, value, said):
    environment = os.environ | {name: value}
    result = subprocess.run([STATEMENTS, "serve"], env=environment, capture_output=True, timeout=60, check=False)
    assert result.returncode == 2
    assert said in result.stderr.decode()
    assert result.stderr.count(b"\n") == 1

"""The real command: killed and begun again, on a Dask cluster that loses a worker, and its errors."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import dask
import pytest
from pyarrow import parquet

from models.cli import main
from training.corpus import load_corpus

BIN = Path(sys.executable).parent
PARTS = 16


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    """The path of documents for `PARTS` partitions of three, with a few bad rows among them."""
    path = tmp_path_factory.mktemp("corpus") / "corpus.jsonl"
    sentences = [row.sentence for row in load_corpus() if row.from_article][: PARTS * 3 * 5]
    documents = [" ".join(sentences[start : start + 5]) for start in range(0, len(sentences), 5)]
    lines = [json.dumps({"id": number, "text": text}) for number, text in enumerate(documents)]
    path.write_text("\n".join([*lines[:7], "{", *lines[7:], "[]"]))
    return path


def command(*arguments):
    return [BIN / "statements", "classify-corpus", *arguments, "--partition-size", "3"]


def complete(*arguments):
    return subprocess.run(command(*arguments), capture_output=True, text=True, timeout=120, check=True)


def rows(output):
    """Every row as text, sorted, so that lost and repeated ones show."""
    return sorted(json.dumps(row) for row in parquet.read_table(output).to_pylist())


@pytest.fixture(scope="module")
def undisturbed(corpus, tmp_path_factory):
    output = tmp_path_factory.mktemp("undisturbed") / "out"
    result = complete(corpus, output, "--workers", "1")
    assert result.stdout == f"{output}: {PARTS * 3} documents; 2 rows rejected\n"
    return rows(output)


def wait_for_parts(output, number, process):
    deadline = time.monotonic() + 60
    while len(list(output.glob("part-*"))) < number:
        assert process.poll() is None, "it ended before it was disturbed"
        assert time.monotonic() < deadline, "it wrote nothing"
        time.sleep(0.02)


def test_a_killed_run_is_completed_by_the_next(corpus, undisturbed, tmp_path):
    output = tmp_path / "out"
    process = subprocess.Popen(command(corpus, output, "--workers", "2"), stderr=subprocess.DEVNULL)
    wait_for_parts(output, 2, process)
    process.send_signal(signal.SIGKILL)
    process.wait(timeout=30)
    kept = {path: path.stat().st_mtime_ns for path in output.glob("part-*")}
    assert 2 <= len(kept) < PARTS
    complete(corpus, output, "--workers", "2")
    assert {path: path.stat().st_mtime_ns for path in kept} == kept
    assert rows(output) == undisturbed
    assert len((output / "_rejects.jsonl").read_text().splitlines()) == 2


@pytest.fixture
def cluster(tmp_path):
    """A scheduler's file and two workers, each a process."""
    file = tmp_path / "scheduler.json"
    common = ["--host", "127.0.0.1", "--no-dashboard"]
    scheduler = [BIN / "dask", "scheduler", *common, "--port", "0", "--scheduler-file", file]
    worker = [BIN / "dask", "worker", *common, "--scheduler-file", file, "--nthreads", "1", "--no-nanny"]
    processes = []
    try:
        for line in (scheduler, worker, worker):
            processes.append(subprocess.Popen(line, cwd=tmp_path, stderr=subprocess.DEVNULL))
            while not file.exists():
                assert processes[0].poll() is None, "the scheduler ended"
                time.sleep(0.1)
        yield json.loads(file.read_text())["address"], processes[1:]
    finally:
        for process in reversed(processes):
            process.kill()
            process.wait(timeout=30)


def test_a_cluster_that_loses_a_worker(corpus, undisturbed, cluster, tmp_path):
    address, workers = cluster
    output = tmp_path / "out"
    process = subprocess.Popen(command(corpus, output, "--scheduler", address), stderr=subprocess.DEVNULL)
    wait_for_parts(output, 2, process)
    workers[0].kill()
    assert process.wait(timeout=120) == 0
    assert workers[1].poll() is None
    assert rows(output) == undisturbed


def fail(monkeypatch, capsys, *arguments):
    """What the command, run in this process, says on standard error before it ends with status 2."""
    monkeypatch.setattr(sys, "argv", ["statements", "classify-corpus", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    return capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["missing.jsonl", "out"], "missing.jsonl: no such file"),
        (["a.csv", "out", "--text", "body"], "there is no column 'body' among 'id', 'text'"),
        (["a.csv", "out", "--id", "key"], "there is no column 'key'"),
        (["a.csv", "a.csv/out"], "a.csv"),
        (["a.csv", "out", "--model", "no-such-model"], "no-such-model"),
        (["a.csv", "out", "--workers", "1", "--scheduler", "tcp://127.0.0.1:9"], "either --workers or --scheduler"),
        (["a.csv", "out", "--scheduler", "tcp://127.0.0.1:9"], "tcp://127.0.0.1:9"),
        (["a.csv", "out", "--scheduler", "nowhere"], "nowhere"),
        (["s3://bucket/a.csv", "out"], "s3fs"),
        (["a.csv", "s4://bucket"], "s4"),
        (["a.csv"], "Missing argument"),
    ],
)
def test_an_error_is_one_line_and_exit_status_2(tmp_path, monkeypatch, capsys, arguments, said):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.csv").write_text("id,text\na,Why?\n")
    with dask.config.set({"distributed.comm.timeouts.connect": "1s"}):
        error = fail(monkeypatch, capsys, *arguments)
    assert error.count("\n") == 1, error
    assert said in error


def test_without_its_packages_it_says_how_to_get_them(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "distributed", None)
    error = fail(monkeypatch, capsys, "a.csv", "out")
    assert error == "statements: there is no distributed: pip install -r requirements/bulk.txt\n"

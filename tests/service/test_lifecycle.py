"""What the server does when it is told to stop, or to move to another model."""

import json
import os
import shutil
import signal
import threading
import time
import urllib.error
import urllib.request

from models.artefact import MANIFEST, SHIPPED, read_manifest
from tests.server import post, serving

VERSION = read_manifest(SHIPPED).version


def readiness(port):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


def version(port):
    return post(port, {"sentences": ["Talks resume on Monday."]})["model"]["version"]


def eventually(condition):
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.05)


def versioned(directory, name):
    """A copy of the shipped model under another version."""
    copy = directory / name
    copy.mkdir()
    for file in SHIPPED.iterdir():
        os.link(file, copy / file.name)
    manifest = json.loads((copy / MANIFEST).read_text())
    (copy / MANIFEST).unlink()
    (copy / MANIFEST).write_text(json.dumps(manifest | {"version": name}))
    return copy


def test_a_stopping_server_says_so_first_and_answers_what_it_has_in_hand(tmp_path):
    with serving(tmp_path, STATEMENTS_DRAIN_SECONDS="1.5") as (process, port):
        answers = []
        long = threading.Thread(
            target=lambda: answers.append(post(port, {"sentences": [f"Long ago, in {year}." for year in range(2000)]}))
        )
        long.start()
        time.sleep(0.3)
        process.send_signal(signal.SIGTERM)
        eventually(lambda: readiness(port) == 503)
        assert version(port) == VERSION  # still served while draining
        assert process.wait(timeout=40) == 0
        long.join()
        assert len(answers[0]["sentences"]) == 2000
    assert "terminate called" not in (tmp_path / "log").read_text()


def test_a_second_sigterm_ends_the_drain(tmp_path):
    with serving(tmp_path, STATEMENTS_DRAIN_SECONDS="500") as (process, port):
        process.send_signal(signal.SIGTERM)
        eventually(lambda: readiness(port) == 503)
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=40) == 0


def test_sighup_moves_to_the_model_the_link_names_and_loses_nothing(tmp_path):
    versioned(tmp_path, "2")
    link = tmp_path / "current"
    link.symlink_to(SHIPPED)
    with serving(tmp_path, STATEMENTS_MODELS_DIRECTORY=str(tmp_path), STATEMENTS_MODEL="current") as (process, port):
        seen, stop = [], threading.Event()

        def ask():
            while not stop.is_set():
                seen.append(version(port))

        asking = threading.Thread(target=ask)
        asking.start()
        link.unlink()
        link.symlink_to("2")
        process.send_signal(signal.SIGHUP)
        eventually(lambda: seen[-1:] == ["2"])
        stop.set()
        asking.join()
        assert sorted(set(seen)) == [VERSION, "2"]


def test_a_broken_model_is_refused_and_the_old_one_keeps_serving(tmp_path):
    link = tmp_path / "current"
    link.symlink_to(SHIPPED)
    broken = versioned(tmp_path, "broken")
    (broken / "vocabulary.txt").unlink()
    (broken / "vocabulary.txt").write_text("nothing")
    with serving(tmp_path, STATEMENTS_MODEL=str(link)) as (process, port):
        link.unlink()
        link.symlink_to(broken)
        process.send_signal(signal.SIGHUP)
        eventually(lambda: "reload refused" in (tmp_path / "log").read_text())
        eventually(lambda: "Worker exiting" in (tmp_path / "log").read_text())
        assert version(port) == VERSION
        shutil.rmtree(broken)
        assert process.poll() is None

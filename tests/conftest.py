"""What many tests need: the shipped model, also behind a server or in a browser, and a model of two labels."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Browser, sync_playwright

from models.classifier import Classifier
from service.app import create_app
from service.settings import Settings
from tests.models.test_cli import run
from tests.server import serving
from training.corpus import load_corpus


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--pictures", action="store_true", help="take the pictures in docs/images anew")


@pytest.fixture(scope="session")
def classifier() -> Classifier:
    return Classifier.load()


@pytest.fixture(scope="session")
def client() -> FlaskClient:
    return create_app(Settings()).test_client()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Port of a real server, which is to end well after the last test."""
    directory = tmp_path_factory.mktemp("server")
    with serving(directory, STATEMENTS_DRAIN_SECONDS="0") as (process, port):
        yield port
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=40) == 0
    log = (directory / "log").read_text()
    assert "terminate called" not in log
    assert '"level": "error"' not in log


@pytest.fixture(scope="session")
def url(server: int) -> str:
    return f"http://127.0.0.1:{server}"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    chromium = Path("/usr/bin/chromium")
    if not chromium.exists():
        pytest.skip("chromium is not installed")
    arguments = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=arguments)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def two_labels(tmp_path_factory):
    """Directory of a model that `statements train --data` fitted on a hundred sentences of two labels."""
    folder = tmp_path_factory.mktemp("two-labels")
    held_out = [row for row in load_corpus() if row.held_out]
    facts = [row.sentence for row in held_out if row.label == "report"][:50]
    talk = [row.sentence for row in held_out if row.label in ("threat", "analysis")][:50]
    lines = [f"fact\t{sentence}\n" for sentence in facts] + [f"talk\t{sentence}\n" for sentence in talk]
    (folder / "rows.tsv").write_text("".join(lines), encoding="utf-8")
    (folder / "labels.tsv").write_text("fact\tIt happened.\ntalk\tSomebody says so.\n")
    options = ["--name", "facts", "--version", "3.1.0", "--definitions", folder / "labels.tsv", "--minutes", "0"]
    result = run("train", "--data", folder / "rows.tsv", "--out", folder / "model", *options)
    assert result.returncode == 0, result.stderr
    return folder / "model"

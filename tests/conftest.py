"""What most tests need: the shipped model, loaded once; for some, behind a real server or in a real browser."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Browser, sync_playwright

from models.classifier import Classifier
from service.app import create_app
from service.settings import Settings
from tests.server import serving


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
    assert "[ERROR]" not in log


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

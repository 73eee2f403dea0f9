"""What most tests need: the shipped model, loaded once."""

import pytest
from flask.testing import FlaskClient

from models.classifier import Classifier
from service.app import create_app
from service.settings import Settings


@pytest.fixture(scope="session")
def classifier() -> Classifier:
    return Classifier.load()


@pytest.fixture(scope="session")
def client() -> FlaskClient:
    return create_app(Settings()).test_client()

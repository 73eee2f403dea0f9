"""Apps with settings of their own, around the model that is loaded once."""

import pytest

from service.app import create_app
from service.settings import Settings


@pytest.fixture
def client_with(classifier, monkeypatch):
    """A client of a new app with the given settings."""
    monkeypatch.setattr("service.app.Classifier.load", lambda *_, **__: classifier)

    def make(**settings):
        return create_app(Settings(**settings)).test_client()

    return make

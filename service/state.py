"""What an app carries besides Flask's own configuration."""

from dataclasses import dataclass

from flask import current_app

from models.classifier import Classifier
from service.draining import Draining
from service.settings import Settings

_KEY = "statements"


@dataclass(frozen=True)
class State:
    """The loaded model, the settings it runs under, and whether the server is about to stop."""

    classifier: Classifier
    settings: Settings
    draining: Draining


def attach(extensions: dict[str, object], state: State) -> None:
    """Put the state where `state` finds it."""
    extensions[_KEY] = state


def state() -> State:
    """State of the app that handles the current request."""
    found = current_app.extensions[_KEY]
    assert isinstance(found, State)
    return found

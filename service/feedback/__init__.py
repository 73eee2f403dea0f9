"""Corrections from use: labels that people put right, kept for the next training. Off unless a database is set.

Nothing here imports SQLAlchemy or Alembic before it is on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Flask
from flask_smorest import Api

from service import access
from service.settings import Settings, SettingsError

if TYPE_CHECKING:
    from service.feedback.store import Store


def init_app(app: Flask, api: Api, settings: Settings) -> None:
    """Register `POST /feedback` where a database is set; to be called before workers are forked.

    Raises:
        SettingsError: If there are no API keys, packages are missing, or the database cannot be used as it is.
    """
    if not settings.feedback_database:
        return
    if not access.demands_key(app):
        raise SettingsError("STATEMENTS_FEEDBACK_DATABASE needs API keys: set STATEMENTS_API_KEYS")
    store = open_store(settings.feedback_database)
    store.prepare()
    from service.feedback import routes

    app.extensions[routes.EXTENSION] = store
    api.register_blueprint(routes.blueprint)


def open_store(url: str) -> Store:
    """The store at an address; it is not connected to yet.

    Raises:
        SettingsError: If packages are missing.
    """
    try:
        from service.feedback.store import Store

        return Store(url)
    except ModuleNotFoundError as error:
        raise SettingsError(
            f"STATEMENTS_FEEDBACK_DATABASE needs {error.name}: pip install 'statements[feedback]'"
        ) from error

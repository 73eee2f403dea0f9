"""Who may call: with API keys in force, only their holders, save for the open paths."""

import re
from typing import cast

from flask import Flask, current_app, g, request
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import Unauthorized

from service.keys import Keyring
from service.settings import Settings, SettingsError

HEADER = "X-API-Key"
#: Probes, metrics, the OpenAPI document and the pages that explain the service: they hold nobody's text.
OPEN_PATHS = re.compile(r"/|/healthz|/readyz|/v2/health/\w+|/metrics|/openapi\.json|/docs(/.*)?|/static/.*")
_EXTENSION = "statements-keyring"
_CHALLENGE = WWWAuthenticate("bearer", {"realm": "Statements API"})


def init_app(app: Flask, settings: Settings) -> None:
    """Demand a key where any is in force.

    Raises:
        SettingsError: If the file of keys cannot be used.
    """
    try:
        app.extensions[_EXTENSION] = keyring = Keyring(settings.api_keys, settings.api_keys_file)
    except (OSError, ValueError) as error:
        raise SettingsError(f"STATEMENTS_API_KEYS_FILE cannot be used: {error}") from error
    if keyring:
        app.before_request(_refuse_strangers)


def demands_key(app: Flask) -> bool:
    """Whether the app demands a key; to be asked after `init_app`."""
    return bool(app.extensions[_EXTENSION])


def is_open() -> bool:
    """Whether the request needs no key and counts towards no limit: CORS preflights and unknown paths do not either."""
    return request.method == "OPTIONS" or request.endpoint is None or bool(OPEN_PATHS.fullmatch(request.path))


def key_name() -> str | None:
    """Name of the key the request bears, None without a valid one; looked up once, then in `flask.g.key_name`."""
    if "key_name" not in g:
        keyring = cast(Keyring, current_app.extensions[_EXTENSION])
        given = request.authorization
        secret = request.headers.get(HEADER) or (given.token if given and given.type == "bearer" else None)
        g.key_name = keyring.holder(secret) if secret else None
    return cast("str | None", g.key_name)


def _refuse_strangers() -> None:
    if not is_open() and not key_name():
        raise Unauthorized(f"Send a valid API key as {HEADER}, or as a bearer token.", www_authenticate=_CHALLENGE)

"""Settings from the environment, parsed and checked once at start."""

import os
import re
from collections.abc import Callable, Sequence
from dataclasses import Field, dataclass, field, fields, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import limits
from environs import Env, EnvError, ValidationError
from limits.errors import ConfigurationError
from limits.storage import storage_from_string
from marshmallow.validate import OneOf, Range

from models.artefact import SHIPPED
from service import keys

PREFIX = "STATEMENTS_"
# the client's variables, and those that Kubernetes sets where a Service is called "statements"
_NOT_OURS = re.compile(rf"{PREFIX}CLIENT_|\w+_(PORT(_\w+)?|SERVICE_HOST)$")


class SettingsError(ValueError):
    """An environment variable has a value the service cannot run with; the message names it."""


def _accepted_by(parse: Callable[[Any], object]) -> Callable[[Any], None]:
    """A validator: what a parser takes is valid, what it raises says why not."""

    def check(value: object) -> None:
        try:
            parse(value)
        except (ValueError, ConfigurationError) as error:
            raise ValidationError(str(error)) from error

    return check


def _storage(uri: str) -> None:
    """Connects to nothing, but fails if the library for the address is not installed."""
    if urlsplit(uri).scheme not in ("memory", "redis", "rediss"):
        raise ValueError("not memory://, redis:// or rediss://")
    storage_from_string(uri)


def _database(url: str) -> None:
    """Connects to nothing."""
    parts = urlsplit(url)
    if parts.scheme not in ("sqlite", "postgresql+psycopg"):
        raise ValueError("not sqlite:///FILE or postgresql+psycopg://")
    if parts.scheme == "sqlite" and parts.path in ("", "/", "/:memory:"):
        raise ValueError("SQLite wants a file, as in sqlite:////path/file.db")


def _origins(values: Sequence[str]) -> None:
    if wrong := [value for value in values if not re.fullmatch(r"\*|https?://[\w.-]+(:\d+)?", value)]:
        raise ValueError(f"{wrong[0]!r} is not an origin such as https://www.example.org, nor *")


def _setting(kind: str, default: object, description: str, *checks: Callable[[Any], Any], secret: bool = False) -> Any:  # noqa: ANN401
    """A field of `Settings`.

    Args:
        kind: Method of `Env` that reads it.
        default: Value where the variable is not set.
        description: For `statements config` and the table in docs/operations.md.
        checks: Validators; they are not asked about the default.
        secret: Whether its value is kept out of sight.
    """
    metadata = {"kind": kind, "description": description, "checks": checks, "secret": secret}
    return field(default=default, repr=not secret, metadata=metadata)


@dataclass(frozen=True)
class Settings:
    """What an operator may change; each field is read from the variable of its name, prefixed and in capitals."""

    models_directory: Path = _setting("path", Path(), "Directory in which a relative STATEMENTS_MODEL is looked up.")
    model: Path = _setting(
        "path", SHIPPED, "Directory of the model artefact; a symbolic link is followed at start and on SIGHUP."
    )
    # these two are read by models/signature.py, for every command that loads a model
    model_key: str | None = _setting("str", None, "Key the model must be signed with, 32 bytes or more.", secret=True)
    model_key_file: Path | None = _setting("path", None, "File that holds that key.")
    max_body_bytes: int = _setting("int", 1024 * 1024, "Largest request body accepted, in bytes.", Range(min=1024))
    max_sentences: int = _setting("int", 10_000, "Most sentences accepted in one request.", Range(min=1))
    cache_sentences: int = _setting(
        "int", 10_000, "Sentences whose scores each worker keeps, for when they come again.", Range(min=0)
    )
    request_seconds: float = _setting(
        "float",
        100.0,
        "Seconds a request may take before it is given up; gunicorn's own limit is 120.",
        Range(0, 110, min_inclusive=False),
    )
    transfer_seconds: float = _setting(
        "float", 30.0, "Seconds a client has to send a request, and again to take the answer.", Range(min=1, max=3600)
    )
    drain_seconds: float = _setting(
        "float", 5.0, "Seconds between SIGTERM, from which /readyz says 503, and the stop.", Range(0, 600)
    )
    api_keys: Sequence[str] = _setting(
        "list",
        (),
        "API keys as name:digest, comma-separated; without any the service is open to all.",
        _accepted_by(keys.parse),
        secret=True,
    )
    api_keys_file: Path | None = _setting("path", None, "File of further API keys, one a line; read when it changes.")
    rate_limit: str | None = _setting(
        "str", None, "Requests a caller may make, such as 600/minute.", _accepted_by(limits.parse_many)
    )
    rate_limit_storage: str = _setting(
        "str",
        "memory://",
        "Where requests are counted: in each worker, or at a redis:// address for all.",
        _accepted_by(_storage),
        secret=True,
    )
    trusted_proxies: int = _setting(
        "int", 0, "Proxies in front whose X-Forwarded-For and X-Forwarded-Proto are believed.", Range(min=0)
    )
    cors_origins: Sequence[str] = _setting(
        "list", (), "Origins whose pages may call the service, comma-separated, or *.", _accepted_by(_origins)
    )
    hsts_seconds: int = _setting(
        "int", 0, "Seconds browsers are told to insist on HTTPS, on answers over HTTPS; 0 for never.", Range(min=0)
    )
    log_level: str = _setting(
        "str",
        "info",
        "Least level that is logged: debug, info, warning or error.",
        OneOf(("debug", "info", "warning", "error")),
    )
    log_format: str = _setting("str", "json", "json, one object a line, or text.", OneOf(("json", "text")))
    tracing: bool = _setting(
        "bool", False, "Whether to send OpenTelemetry traces; OTEL_EXPORTER_OTLP_ENDPOINT switches it on as well."
    )
    feedback_database: str | None = _setting(
        "str",
        None,
        "Where corrections are stored: sqlite:////path/file.db or postgresql+psycopg://...; none are if unset.",
        _accepted_by(_database),
        secret=True,
    )

    @classmethod
    def from_environment(cls) -> "Settings":
        """Read every setting from its variable.

        Raises:
            SettingsError: If a value is empty, not of its kind or out of range, or a prefixed variable is no setting.
        """
        known = {variable(item) for item in fields(cls)}
        for name in sorted(name for name in os.environ if name.startswith(PREFIX)):
            if name not in known and not _NOT_OURS.match(name):
                close = get_close_matches(name, known, 1)
                raise SettingsError(f"{name} is not a setting" + "".join(f"; is {match} meant?" for match in close))
            if not os.environ[name]:
                raise SettingsError(f"{name} is empty: unset it or give it a value")
        env = Env(prefix=PREFIX)
        try:
            settings = cls(
                **{
                    item.name: getattr(env, item.metadata["kind"])(
                        item.name.upper(), item.default, validate=item.metadata["checks"]
                    )
                    for item in fields(cls)
                }
            )
        except EnvError as error:
            raise SettingsError(str(error)) from error
        return replace(
            settings,
            model=(settings.models_directory / settings.model).resolve(),
            tracing=settings.tracing or bool(os.environ.get("OTEL_EXPORTER_OTLP_ENDPOINT")),
        )


def variable(setting: Field[Any]) -> str:
    """Environment variable of a field of `Settings`."""
    return PREFIX + setting.name.upper()


def as_text(value: object) -> str:
    """A setting's value as its variable would hold it; a dash for one that is not set."""
    if isinstance(value, Sequence) and not isinstance(value, str):
        value = ",".join(value)
    return "-" if value in (None, "") else str(value)

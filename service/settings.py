"""Settings from the environment, parsed and checked once at start."""

from dataclasses import dataclass
from pathlib import Path

from environs import Env, EnvError
from marshmallow import validate

from models.artefact import SHIPPED

PREFIX = "STATEMENTS_"


class SettingsError(ValueError):
    """An environment variable has a value the service cannot run with; the message names it."""


@dataclass(frozen=True)
class Settings:
    """What an operator may change.

    Attributes:
        models_directory: Directory that relative names of models are looked up in.
        model: Directory of the model artefact; a symbolic link is followed once, at start and on SIGHUP.
        max_body_bytes: Largest request body accepted, in bytes.
        max_sentences: Most sentences accepted in one request.
        cache_sentences: Sentences whose scores each worker keeps, for when they come again.
        drain_seconds: Time between the first SIGTERM, from which `/readyz` says 503, and the stop.
    """

    models_directory: Path = Path()
    model: Path = SHIPPED
    max_body_bytes: int = 1024 * 1024
    max_sentences: int = 10_000
    cache_sentences: int = 10_000
    drain_seconds: float = 5.0

    @classmethod
    def from_environment(cls) -> "Settings":
        """Read the variables that carry the attributes' names in capitals, behind `PREFIX`.

        Raises:
            SettingsError: If a value is not of its kind or out of range.
        """
        env = Env(prefix=PREFIX)
        try:
            directory = env.path("MODELS_DIRECTORY", cls.models_directory)
            return cls(
                models_directory=directory,
                model=(directory / env.path("MODEL", cls.model)).resolve(),
                max_body_bytes=env.int("MAX_BODY_BYTES", cls.max_body_bytes, validate=validate.Range(min=1024)),
                max_sentences=env.int("MAX_SENTENCES", cls.max_sentences, validate=validate.Range(min=1)),
                cache_sentences=env.int("CACHE_SENTENCES", cls.cache_sentences, validate=validate.Range(min=0)),
                drain_seconds=env.float("DRAIN_SECONDS", cls.drain_seconds, validate=validate.Range(min=0, max=600)),
            )
        except EnvError as error:
            raise SettingsError(str(error)) from error

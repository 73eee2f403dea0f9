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
        model: Directory of the model artefact.
        max_body_bytes: Largest request body accepted, in bytes.
        max_sentences: Most sentences accepted in one request.
    """

    model: Path = SHIPPED
    max_body_bytes: int = 1024 * 1024
    max_sentences: int = 10_000

    @classmethod
    def from_environment(cls) -> "Settings":
        """Read ``STATEMENTS_MODEL``, ``STATEMENTS_MAX_BODY_BYTES`` and ``STATEMENTS_MAX_SENTENCES``.

        Raises:
            SettingsError: If a value is not of its kind or out of range.
        """
        env = Env(prefix=PREFIX)
        try:
            return cls(
                model=env.path("MODEL", cls.model),
                max_body_bytes=env.int("MAX_BODY_BYTES", cls.max_body_bytes, validate=validate.Range(min=1024)),
                max_sentences=env.int("MAX_SENTENCES", cls.max_sentences, validate=validate.Range(min=1)),
            )
        except EnvError as error:
            raise SettingsError(str(error)) from error

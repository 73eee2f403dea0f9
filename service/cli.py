"""``statements serve``."""

import os
import sys
from pathlib import Path

import click

from models.artefact import verify_artefact
from service.settings import Settings


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, envvar="PORT", show_default=True, type=click.IntRange(1, 65535))
@click.option("--workers", default=1, envvar="WEB_CONCURRENCY", show_default=True, type=click.IntRange(1, 256))
def serve(host: str, port: int, workers: int) -> None:
    """Serve the model over HTTP with gunicorn, in place of this process."""
    # a wrong setting or model stops here, in one line, and not in a worker
    verify_artefact(Settings.from_environment().model)
    gunicorn = Path(sys.executable).with_name("gunicorn")
    command = [
        str(gunicorn),
        f"--bind={host}:{port}",
        f"--workers={workers}",
        "--config=python:service.gunicorn",
        "service.app:create_app()",
    ]
    os.execv(gunicorn, command)  # noqa: S606 - gunicorn takes over the process id, and with it the signals

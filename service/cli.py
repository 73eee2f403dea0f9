"""``statements serve``."""

import click

from service.server import Server


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, envvar="PORT", show_default=True, type=click.IntRange(1, 65535))
@click.option("--workers", default=1, envvar="WEB_CONCURRENCY", show_default=True, type=click.IntRange(1, 256))
def serve(host: str, port: int, workers: int) -> None:
    """Serve the model over HTTP with gunicorn."""
    Server(host, port, workers).run()

"""``statements serve``, ``config`` and ``key``."""

import os
from dataclasses import fields

import click

from service.keys import generate
from service.server import Server
from service.settings import Settings, as_text, variable


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, envvar="PORT", show_default=True, type=click.IntRange(1, 65535))
@click.option("--workers", default=1, envvar="WEB_CONCURRENCY", show_default=True, type=click.IntRange(1, 256))
def serve(host: str, port: int, workers: int) -> None:
    """Serve the model over HTTP with gunicorn."""
    Server(host, port, workers).run()


@click.command()
def config() -> None:
    """Print every setting: variable, value, where the value comes from, meaning. Secrets are not shown."""
    settings = Settings.from_environment()
    rows = []
    for item in fields(settings):
        name, value = variable(item), getattr(settings, item.name)
        given = name in os.environ
        shown = "(secret)" if given and item.metadata["secret"] else as_text(value)
        rows.append((name, shown, "environment" if given else "default", item.metadata["description"]))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


@click.command()
@click.argument("name")
def key(name: str) -> None:
    """Make an API key for NAME: the key to hand over, which is kept nowhere, and the line for STATEMENTS_API_KEYS."""
    secret, kept = generate(name)
    click.echo(f"key: {secret}")
    click.echo(f"line: {kept.name}:{kept.digest}")

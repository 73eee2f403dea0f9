"""``statements feedback migrate`` and ``export``."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import TYPE_CHECKING

import click

from service.feedback import open_store
from service.settings import Settings

if TYPE_CHECKING:
    from service.feedback.store import Store

#: Columns of training/corpus.py; training/data.py finds those it needs by their names.
COLUMNS = ("label", "group", "genre", "round", "sentence")


@click.group()
def feedback() -> None:
    """Corrections from use, in the database of STATEMENTS_FEEDBACK_DATABASE."""


@feedback.command()
def migrate() -> None:
    """Make the database's tables, or bring them up to date."""
    _store().migrate()


@feedback.command()
@click.option("--since", type=click.DateTime(), help="Only corrections received from this time on, in UTC.")
@click.option(
    "--out", type=click.Path(dir_okay=False), default="-", help="File to write; standard output if not given."
)
def export(since: datetime | None, out: str) -> None:
    """Write corrections as rows for `statements train --data`: the newest label of each sentence.

    Sentences on whose label people disagree are told on standard error.
    """
    store = _store()
    store.prepare()
    labels: dict[str, dict[str, str]] = defaultdict(dict)  # the newest of each author, by sentence; the newest last
    for correction in store.corrections(since):
        by_author = labels[" ".join(correction.sentence.split())]
        by_author.pop(correction.author, None)
        by_author[correction.author] = correction.label
    store.engine.dispose()
    with click.open_file(out, "w", encoding="utf-8") as file:
        click.echo("\t".join(COLUMNS), file)
        for sentence, by_author in labels.items():
            click.echo("\t".join((list(by_author.values())[-1], "", "single", "feedback", sentence)), file)
            if len(set(by_author.values())) > 1:
                opinions = ", ".join(f"{author} says {label}" for author, label in by_author.items())
                click.echo(f"disagreement: {opinions}: {sentence}", err=True)


def _store() -> Store:
    url = Settings.from_environment().feedback_database
    if not url:
        raise click.UsageError("set STATEMENTS_FEEDBACK_DATABASE")
    return open_store(url)

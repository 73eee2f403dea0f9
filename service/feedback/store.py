"""Where corrections are kept: an SQLite file or a PostgreSQL database."""

from datetime import datetime
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import create_engine, event, inspect, select
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.orm import Session

from service.feedback.tables import Correction
from service.settings import SettingsError

_TIMEOUT = 5  # seconds to wait for a connection, or for another process's write to an SQLite file
_CONTENT = ("sentence", "label", "predicted", "comment")


class ConflictError(ValueError):
    """The author used the id before, for something else."""


class Store:
    """Keeps corrections.

    Args:
        url: ``sqlite:///...`` or ``postgresql+psycopg://...``.

    Raises:
        ModuleNotFoundError: If the database's driver is not installed.
    """

    def __init__(self, url: str) -> None:
        self._sqlite = url.startswith("sqlite:")
        timeout = {"timeout" if self._sqlite else "connect_timeout": _TIMEOUT}
        # errors would quote the text
        self.engine = create_engine(
            url, connect_args=timeout, pool_timeout=_TIMEOUT, pool_pre_ping=True, hide_parameters=True
        )
        if self._sqlite:
            event.listen(self.engine, "connect", _write_ahead)
        self._alembic = Config()
        self._alembic.set_main_option("script_location", str(Path(__file__).parent / "migrations"))

    def prepare(self) -> None:
        """Check that the database is fit for use; an SQLite file without tables gets them.

        No connection is left open, so that no forked process shares one.

        Raises:
            SettingsError: If it cannot be reached, or is not at the revision of this version.
        """
        head = ScriptDirectory.from_config(self._alembic).get_current_head()
        try:
            with self.engine.connect() as connection:
                empty = not inspect(connection).get_table_names()
                current = MigrationContext.configure(connection).get_current_revision()
        except SQLAlchemyError as error:
            raise SettingsError(f"STATEMENTS_FEEDBACK_DATABASE cannot be used: {error}") from error
        finally:
            self.engine.dispose()
        if self._sqlite and empty:
            self.migrate()
        elif current != head:
            raise SettingsError(
                f"STATEMENTS_FEEDBACK_DATABASE is at revision {current}, not {head}: run `statements feedback migrate`"
            )

    def migrate(self) -> None:
        """Bring the database to the revision of this version.

        Raises:
            SettingsError: If it cannot be reached or changed, or is at a revision that this version does not know.
        """
        try:
            with self.engine.begin() as connection:
                self._alembic.attributes["connection"] = connection
                command.upgrade(self._alembic, "head")
        except (SQLAlchemyError, CommandError) as error:
            raise SettingsError(f"STATEMENTS_FEEDBACK_DATABASE cannot be migrated: {error}") from error
        finally:
            self.engine.dispose()

    def add(self, correction: Correction) -> tuple[Correction, bool]:
        """Keep a correction, unless it was kept before: what is kept, and whether it is new.

        Raises:
            ConflictError: If its author and id are those of a correction with another content.
            SQLAlchemyError: If it could not be kept.
        """
        try:
            with Session(self.engine, expire_on_commit=False) as session, session.begin():
                session.add(correction)
            return correction, True
        except IntegrityError:
            with Session(self.engine) as session:
                kept = session.get_one(Correction, (correction.author, correction.id))
        if any(getattr(kept, name) != getattr(correction, name) for name in _CONTENT):
            raise ConflictError
        return kept, False

    def corrections(self, since: datetime | None = None) -> list[Correction]:
        """All corrections, or those received from a time in UTC on; the oldest first.

        Raises:
            SQLAlchemyError: If they cannot be read.
        """
        query = select(Correction).order_by(Correction.received, Correction.id)
        if since:
            query = query.where(Correction.received >= since)
        with Session(self.engine) as session:
            return list(session.scalars(query))


def _write_ahead(connection: DBAPIConnection, _record: object) -> None:
    """Let processes read an SQLite file while another writes."""
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.close()

"""The table of corrections. A change here wants a revision in `migrations/versions/`."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    """What the migrations are compared with."""

    type_annotation_map = {str: Text}  # noqa: RUF012 - as SQLAlchemy declares it


class Correction(Base):
    """A label that somebody put right.

    Attributes:
        author: Name of the API key it came with; ids are told apart within it, so that callers cannot meet.
        id: The caller's own.
        received: Time in UTC, without a zone, which SQLite would drop.
        predicted: What the caller was told, if said.
    """

    __tablename__ = "corrections"

    author: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    received: Mapped[datetime] = mapped_column(index=True)
    model_name: Mapped[str]
    model_version: Mapped[str]
    sentence: Mapped[str]
    label: Mapped[str]
    predicted: Mapped[str | None]
    comment: Mapped[str | None]

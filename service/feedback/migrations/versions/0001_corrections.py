"""The table of corrections."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make it."""
    op.create_table(
        "corrections",
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("received", sa.DateTime(), nullable=False),
        sa.Column("model_name", sa.Text(), nullable=False),
        sa.Column("model_version", sa.Text(), nullable=False),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("predicted", sa.Text()),
        sa.Column("comment", sa.Text()),
        sa.PrimaryKeyConstraint("author", "id"),
    )
    op.create_index("ix_corrections_received", "corrections", ["received"])

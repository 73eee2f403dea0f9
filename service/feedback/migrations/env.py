"""Run by Alembic: applies revisions over the connection that the store hands in."""

from alembic import context

from service.feedback.tables import Base

context.configure(connection=context.config.attributes["connection"], target_metadata=Base.metadata)
with context.begin_transaction():
    context.run_migrations()

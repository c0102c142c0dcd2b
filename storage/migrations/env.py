"""Where Alembic learns what the tables should be; run through `storage.migrate`."""

from typing import Any

from alembic import context
from alembic.operations.ops import CreateTableOp

from storage.guides import is_declared
from storage.tables import metadata


def tidy(_context: object, _revision: object, directives: list[Any]) -> None:
    """Statements kept beside a table are no part of it."""
    for directive in directives:
        for one in directive.upgrade_ops_list[0].ops:
            if isinstance(one, CreateTableOp):
                one.info = {}


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata(),
    # SQLite cannot alter most of a table: it is copied.
    render_as_batch=True,
    compare_type=True,
    include_name=is_declared,
    process_revision_directives=tidy,
)
with context.begin_transaction():
    context.run_migrations()

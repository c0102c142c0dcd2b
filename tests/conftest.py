"""What holds for every test."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from sqlalchemy import Engine

from storage.db import disposing, open_database
from storage.tables import metadata


@pytest.fixture
def opened() -> Iterator[Callable[..., Engine]]:
    """Opens databases with all tables, in memory or at an address, till the test is over."""
    with ExitStack() as stack:

        def opener(url: str = "sqlite://") -> Engine:
            database = stack.enter_context(disposing(open_database(url)))
            metadata().create_all(database)
            return database

        yield opener


@pytest.fixture
def database(opened: Callable[..., Engine]) -> Engine:
    """An empty database in memory."""
    return opened()


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """In CI a skipped test is a failure: what was not tried is not known to work."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") and reporter is not None and reporter.stats.get("skipped"):
        reporter.write_line("\nskipped in CI: that is a failure", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED

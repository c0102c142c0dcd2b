"""``check`` and ``version``: look, and change nothing."""

from __future__ import annotations

import platform
import sqlite3
from importlib import metadata

import typer

from bot import check as checking
from bot.cli.console import WRONG, ConfigFile, out, settings_of
from storage import migrate


def check(config: ConfigFile = None) -> None:
    """Look at settings, database, folders and gateways; say what is wrong and how to mend it.

    Leaves with 1 if something is wrong. Nothing is changed, nothing sent.

    \b
    Examples:
      linbang check
      linbang check --config /etc/linbang/config.toml
    """
    findings = checking.check(settings_of(config))
    checking.print_findings(findings, out())
    if not all(finding.ok for finding in findings):
        raise typer.Exit(WRONG)


def version() -> None:
    """Print the version of the bot, of its database, and of what it stands on.

    \b
    Examples:
      linbang version
    """
    out().print(
        f"linbang {metadata.version('linbang')} · database {migrate.head()}"
        f" · Python {platform.python_version()} · SQLite {sqlite3.sqlite_version}"
    )

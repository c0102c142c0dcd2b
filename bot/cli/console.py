"""How the commands talk: two streams, errors without tracebacks, one option for the settings."""

from __future__ import annotations

import os
import sqlite3
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from alembic.util import CommandError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from sqlalchemy.exc import DBAPIError, OperationalError
from typer.core import TyperGroup

from bot import config, logs
from bot.config import BadSettings, Settings
from bot.exchange import BadImport
from bot.only_one import AlreadyRunning
from storage.backup import Damaged

WRONG = 1
"""Exit code: looked, and something is wrong. 0 is fine, 2 a command that is not understood."""

ConfigFile = Annotated[
    Path | None,
    typer.Option(
        "--config",
        "-c",
        help="The settings, if not config.toml in this folder.",
        show_default=False,
        dir_okay=False,
    ),
]


def out() -> Console:
    """What was asked for."""
    return Console(highlight=False, emoji=False, soft_wrap=not sys.stdout.isatty())


def err() -> Console:
    """What goes wrong, and how far long work is."""
    wrap = not sys.stderr.isatty()
    return Console(stderr=True, highlight=False, emoji=False, soft_wrap=wrap)


def settings_of(path: Path | None) -> Settings:
    """The settings, with logs set up by them."""
    settings = config.load(path)
    logs.set_up(settings.logs)
    return settings


def progress() -> Progress:
    """A bar on the error stream that goes away when the work is done."""
    parts = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    return Progress(*parts, console=err(), transient=True)


class Plainly(TyperGroup):
    """Says what went wrong in a line or a few, and leaves with 1."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except (BadSettings, BadImport) as wrong:
            many = len(wrong.problems)
            what = "settings" if isinstance(wrong, BadSettings) else "import: nothing was written"
            complain(*wrong.problems, f"{many} {'problem' if many == 1 else 'problems'} ({what})")
        except (AlreadyRunning, Damaged) as wrong:
            complain(str(wrong))
        except (FileExistsError, NotADirectoryError) as wrong:
            complain(
                f"{wrong.filename}: this is a file, and should be a folder",
                "move it away, or name another folder in the settings",
            )
        except FileNotFoundError as wrong:
            complain(
                f"{wrong.filename}: there is no such file" if wrong.filename else str(wrong),
                "if it is not in the command, the settings name it: `linbang check` lists them",
            )
        except (DBAPIError, OperationalError) as wrong:
            complain(f"database: {wrong.orig}", "`linbang check` says more")
        except CommandError as wrong:
            complain(
                f"database: {wrong}",
                "This version does not know that revision. What a newer version has used needs",
                "that version again, or a backup from before it: `linbang restore`.",
            )
        except BrokenPipeError:
            # Whoever read what is printed has read enough; nothing is left to flush.
            sys.stdout = open(os.devnull, "w")  # noqa: SIM115, PTH123
            raise typer.Exit(0) from None
        except (sqlite3.Error, OSError) as wrong:
            complain(str(wrong), "`linbang check` says more")
        raise typer.Exit(WRONG)


def complain(*lines: str) -> None:
    """Say lines on the error stream, as they are."""
    console = err()
    for line in lines:
        console.print(line, style="red", markup=False)

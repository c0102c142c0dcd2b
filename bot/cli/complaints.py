"""What went wrong, in a line or a few, for whoever types the command."""

from __future__ import annotations

import sqlite3

from alembic.util import CommandError
from sqlalchemy.exc import DBAPIError

from bot.config import BadSettings
from bot.exchange import BadImport
from bot.only_one import AlreadyRunning
from storage.backup import Damaged

_LOOK = "`linbang check` says more"


def lines_of(wrong: Exception) -> tuple[str, ...]:
    """What to say of an error; nothing for one that nobody foresaw."""
    lines: tuple[str, ...]
    match wrong:
        case BadSettings() | BadImport():
            many = len(wrong.problems)
            what = "settings" if isinstance(wrong, BadSettings) else "import: nothing was written"
            lines = *wrong.problems, f"{many} {'problem' if many == 1 else 'problems'} ({what})"
        case AlreadyRunning() | Damaged():
            lines = (str(wrong),)
        case FileExistsError() | NotADirectoryError():
            lines = (
                f"{wrong.filename}: this is a file, and should be a folder",
                "move it away, or name another folder in the settings",
            )
        case FileNotFoundError():
            lines = (
                f"{wrong.filename}: there is no such file" if wrong.filename else str(wrong),
                "if it is not in the command, the settings name it: `linbang check` lists them",
            )
        case DBAPIError():
            lines = f"database: {wrong.orig}", _LOOK
        case CommandError():
            lines = (
                f"database: {wrong}",
                "This version does not know that revision. What a newer version has used needs",
                "that version again, or a backup from before it: `linbang restore`.",
            )
        case sqlite3.Error() | OSError():
            lines = str(wrong), _LOOK
        case _:
            lines = ()
    return lines

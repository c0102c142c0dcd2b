"""The command line: ``linbang``, or ``python -m bot``."""

from bot.cli.commands import app

__all__ = ["app"]

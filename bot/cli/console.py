"""How the commands talk: two streams, one option for the settings."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

if TYPE_CHECKING:
    from bot.config import Settings

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
    from bot import config, logs  # noqa: PLC0415  only commands that have settings need them

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


def complain(*lines: str) -> None:
    """Say lines on the error stream, as they are."""
    console = err()
    for line in lines:
        console.print(line, style="red", markup=False)

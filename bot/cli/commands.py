"""All commands, in the order in which the help shows them; each is loaded when it is named."""

from __future__ import annotations

import inspect
import os
import sys
from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import Any, Final, NamedTuple

import typer
from typer.core import TyperGroup
from typer.main import get_group

from bot.cli.console import WRONG, complain


class Told(NamedTuple):
    """Where a command is: its module, its function or, of a group, the functions by their names."""

    panel: str
    module: str
    does: str | dict[str, str]


COMMANDS: Final = {
    "run": Told("Run", "running", "run"),
    "demo": Told("Run", "running", "demo"),
    "play": Told("Try", "trying", "play"),
    "hear": Told("Try", "trying", "hear"),
    "import": Told("Data", "data", "import_"),
    "export": Told("Data", "data", "export"),
    "cards": Told("Data", "printing", "cards"),
    "migrate": Told("Data", "data", "migrate_"),
    "backup": Told("Data", "data", "backup_"),
    "restore": Told("Data", "data", "restore_"),
    "check": Told("Look", "looking", "check"),
    "version": Told("Look", "looking", "version"),
    "box": Told("Data", "box", {"list": "list_", "import": "import_", "export": "export"}),
    "guides": Told("Data", "guides", {"import": "import_", "export": "export", "ask": "ask"}),
    "signs": Told("Data", "signs", {"add": "add", "list": "list_", "remove": "remove"}),
    "wechat": Told("Run", "wechat", {"login": "login", "bind-code": "bind_code"}),
}


class OnDemand(TyperGroup):
    """Loads what a command needs when it is named: ``hear`` need not wait for the whole bot.

    What goes wrong it says in a line or a few, and leaves with 1.
    """

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002
        return _loaded(cmd_name) if cmd_name in COMMANDS else None

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except (typer.Exit, typer.Abort):
            raise
        except BrokenPipeError:
            # Whoever read what is printed has read enough; nothing is left to flush.
            sys.stdout = open(os.devnull, "w")  # noqa: SIM115, PTH123
            raise typer.Exit(0) from None
        except Exception as wrong:
            from bot.cli.complaints import lines_of  # noqa: PLC0415  what goes well needs none

            if not (lines := lines_of(wrong)):
                raise
            complain(*lines)
            raise typer.Exit(WRONG) from None


@cache
def _loaded(name: str) -> Any:
    """A command or a group of them, with its module."""
    told = COMMANDS[name]
    module = import_module(f"bot.cli.{told.module}")
    whole = typer.Typer(rich_markup_mode="rich")
    if isinstance(told.does, str):
        _register(whole, name, getattr(module, told.does), told.panel)
    else:
        for one, does in told.does.items():
            _register(module.commands, one, getattr(module, does))
        whole.add_typer(module.commands, name=name, rich_help_panel=told.panel)
    return get_group(whole).commands[name]


def _register(
    to: typer.Typer, name: str, command: Callable[..., None], panel: str | None = None
) -> None:
    to.command(name, help=_help(command), rich_help_panel=panel)(command)


def _help(command: Callable[..., None]) -> str:
    """The docstring with its lines joined, so that the width of the terminal breaks them."""
    parts = (inspect.getdoc(command) or "").split("\n\n")
    return "\n\n".join(one if one.startswith("\b") else " ".join(one.split()) for one in parts)


app = typer.Typer(
    name="linbang",
    cls=OnDemand,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="""Linbang 邻帮: neighbours help each other, in the building's own chat.

\b
Examples:
  linbang run                      start the bot with its local chat
  linbang import neighbours.toml   bring in places, people, boxes, rosters
  linbang check                    is everything in order?""",
)


@app.callback()
def _linbang() -> None:
    """Makes a group of the whole, which knows its commands by `COMMANDS`."""

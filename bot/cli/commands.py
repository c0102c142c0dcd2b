"""All commands, in the order in which the help shows them."""

from __future__ import annotations

import inspect
from collections.abc import Callable

import typer

from bot.cli import box, data, guides, looking, printing, running, signs, trying, wechat
from bot.cli.console import Plainly


def _help(command: Callable[..., None]) -> str:
    """The docstring with its lines joined, so that the width of the terminal breaks them."""
    parts = (inspect.getdoc(command) or "").split("\n\n")
    return "\n\n".join(one if one.startswith("\b") else " ".join(one.split()) for one in parts)


app = typer.Typer(
    name="linbang",
    cls=Plainly,
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
for name, command, panel in (
    ("run", running.run, "Run"),
    ("demo", running.demo, "Run"),
    ("play", trying.play, "Try"),
    ("hear", trying.hear, "Try"),
    ("import", data.import_, "Data"),
    ("export", data.export, "Data"),
    ("cards", printing.cards, "Data"),
    ("migrate", data.migrate_, "Data"),
    ("backup", data.backup_, "Data"),
    ("restore", data.restore_, "Data"),
    ("check", looking.check, "Look"),
    ("version", looking.version, "Look"),
):
    app.command(name, help=_help(command), rich_help_panel=panel)(command)
_Named = tuple[tuple[str, Callable[..., None]], ...]
_GROUPS: tuple[tuple[typer.Typer, str, str, _Named], ...] = (
    (
        box.commands,
        "box",
        "Data",
        (("list", box.list_), ("import", box.import_), ("export", box.export)),
    ),
    (
        guides.commands,
        "guides",
        "Data",
        (("import", guides.import_), ("export", guides.export), ("ask", guides.ask)),
    ),
    (
        signs.commands,
        "signs",
        "Data",
        (("add", signs.add), ("list", signs.list_), ("remove", signs.remove)),
    ),
    (
        wechat.commands,
        "wechat",
        "Run",
        (("login", wechat.login), ("bind-code", wechat.bind_code)),
    ),
)
for group, named, shown, commands in _GROUPS:
    for name, one in commands:
        group.command(name, help=_help(one))(one)
    app.add_typer(group, name=named, rich_help_panel=shown)

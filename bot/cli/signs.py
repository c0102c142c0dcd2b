"""``signs``: devices in people's homes that may send signs of life."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.table import Table

from bot import devices, door, store
from bot.cli.console import WRONG, ConfigFile, complain, out, settings_of
from bot.clock import SystemClock
from bot.config import Settings
from bot.only_one import only_one
from storage.db import disposing, open_database, transaction
from storage.signs import KINDS

commands = typer.Typer(
    no_args_is_help=True,
    help="""Devices that send signs of life: issue, list, remove.

\b
Examples:
  linbang signs add --person wang-nainai --kind water --closes
  linbang signs list""",
)


def add(  # noqa: PLR0917  Typer passes them by name
    person: Annotated[str, typer.Option("--person", help="Whose home: key or name.")],
    kind: Annotated[str, typer.Option("--kind", help=f"One of {', '.join(KINDS)}.")],
    config: ConfigFile = None,
    closes: Annotated[
        bool, typer.Option("--closes", help="A sign counts as contact: no greeting is needed.")
    ] = False,
    expected_by: Annotated[
        str | None,
        typer.Option("--expected-by", help="An hour such as 10:00.", show_default=False),
    ] = None,
    late: Annotated[
        bool,
        typer.Option("--late", help="Without a sign by then the person is late; else greeted."),
    ] = False,
) -> None:
    """Issue a device for somebody who agreed to check-ins; prints its secret, this once only.

    \b
    Examples:
      linbang signs add --person wang-nainai --kind water --closes
      linbang signs add --person wang-nainai --kind water --expected-by 10:00 --late
      linbang signs add --person wang-nainai --kind button
    """
    if kind not in KINDS:
        raise typer.BadParameter(f"one of {', '.join(KINDS)}", param_hint="--kind")
    settings = settings_of(config)
    wish = {
        "do": "add",
        "person": person,
        "kind": kind,
        "closes": closes,
        "expected_by": _minute(expected_by),
        "missing": "late" if late else "greet",
    }
    made = _order(settings, wish)
    address = f"{settings.policy.pages.address}/signs/{made['token']}"
    out().print(f"{made['person']}, {kind}", markup=False)
    out().print(f"address: {address}\nsecret:  {made['secret']}", markup=False, soft_wrap=True)
    out().print(
        f"try it: curl -X POST -H 'Authorization: Bearer {made['secret']}' {address}",
        markup=False,
        soft_wrap=True,
    )


def _minute(clock: str | None) -> int | None:
    if clock is None:
        return None
    hour, _, minute = clock.partition(":")
    if not (hour.isdecimal() and minute.isdecimal() and int(hour) < 24 and int(minute) < 60):
        raise typer.BadParameter("an hour such as 10:00", param_hint="--expected-by")
    return int(hour) * 60 + int(minute)


def list_(config: ConfigFile = None) -> None:
    """The devices there are, and when each gave its last sign.

    \b
    Examples:
      linbang signs list
    """
    table = Table("token", "person", "kind", "closes", "expected by", "last sign", box=None)
    for one in _order(settings_of(config), {"do": "list"}):
        by = one["expected_by"]
        hour = "" if by is None else f"{by // 60}:{by % 60:02} ({one['missing']})"
        last = (one["last"] or "never")[:16].replace("T", " ")
        closes = "yes" if one["closes"] else ""
        table.add_row(one["token"], one["person"], one["kind"], closes, hour, last)
    out().print(table)


def remove(
    token: Annotated[str, typer.Argument(help="As `linbang signs list` shows it.")],
    config: ConfigFile = None,
) -> None:
    """Take a device back: its secret opens nothing any more.

    \b
    Examples:
      linbang signs remove 3f9c0a71b2d4
    """
    _order(settings_of(config), {"do": "remove", "token": token})
    out().print(f"{token} is removed", markup=False)


def _order(settings: Settings, wish: dict[str, Any]) -> Any:
    """In the running bot, else in the database itself."""
    try:
        return _ordered(settings, wish)
    except LookupError as why:
        complain(str(why.args[0]))
        raise typer.Exit(WRONG) from why


def _ordered(settings: Settings, wish: dict[str, Any]) -> Any:
    path = settings.database.path
    try:
        return door.ask(path, "signs", wish)
    except door.Closed:
        url, now = store.url_of(settings), SystemClock().now()
        with only_one(path):
            store.update(settings, now)
            with disposing(open_database(url)) as database, transaction(database) as tx:
                return devices.order(tx, now, wish)

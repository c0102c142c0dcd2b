"""``wechat login`` and ``wechat bind-code``: what an operator does about the accounts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime, timedelta
from functools import partial
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from bot import door, scanning, store
from bot.cli.console import WRONG, ConfigFile, complain, out, settings_of
from bot.clock import SystemClock
from bot.config import Settings
from bot.media import MediaStore
from bot.only_one import AlreadyRunning, only_one
from bot.web.accounts import AccountCard
from storage.db import disposing, open_database, transaction

LOOK_AGAIN = 1.0
"""Seconds."""
Look = Callable[[], Sequence[AccountCard]]


def login(
    config: ConfigFile = None,
    wait: Annotated[
        int, typer.Option("--wait", min=1, help="Minutes to wait for the scan.", metavar="MIN")
    ] = 10,
) -> None:
    """Log the accounts of WeChat in: say how each is, show the code to scan, wait.

    Works while the bot runs and while it does not. Leaves with 1 if an account is not logged in
    at the end.

    \b
    Examples:
      linbang wechat login
      linbang wechat login --wait 30
    """
    settings = settings_of(config)
    if not settings.gateways.wechat.enabled:
        complain(
            "[gateways.wechat] is off: set enabled = true, endpoint and token in config.toml",
            "docs/wechat.md says where a puppet service comes from",
        )
        raise typer.Exit(WRONG)
    if not asyncio.run(_login(settings, timedelta(minutes=wait))):
        raise typer.Exit(WRONG)
    out().print(
        "\n下一步 Next: 1. 请站长加这个账号为好友 the coordinator befriends this account"
        "\n           2. linbang wechat bind-code --for 吴站长"
        "\n           3. 站长把它拉进楼群，在群里写 in the group, the coordinator writes"
        "\n              @邻帮 绑定 3号楼 口令",
        markup=False,
    )


async def _login(settings: Settings, wait: timedelta) -> bool:
    """Whether all accounts were logged in before the time was over."""
    console, said = out(), dict[str, tuple[str, str]]()
    async with _looking(settings) as look:
        try:
            async with asyncio.timeout(wait.total_seconds()):
                while True:
                    cards = look()
                    for card in cards:
                        if said.get(card.name) != (card.state, card.code):
                            said[card.name] = card.state, card.code
                            console.print(_line(card), markup=False)
                            if card.code:
                                scanning.show(console, card.name, card.code)
                    if cards and all(card.state == "up" for card in cards):
                        return True
                    await asyncio.sleep(LOOK_AGAIN)
        except TimeoutError:
            complain("not logged in: is the puppet service running? See `linbang check`")
            return False


def _line(card: AccountCard) -> str:
    who = f" {card.account}" if card.account else ""
    return f"{card.name}: {card.state}{who}{f' ({card.error})' if card.error else ''}"


@asynccontextmanager
async def _looking(settings: Settings) -> AsyncIterator[Look]:
    """How the accounts are: as the running bot sees them, else by connecting here and now."""
    database = settings.database.path
    try:
        running(settings)
    except door.Closed:
        from bot.gateways import wechat  # noqa: PLC0415  only this command needs it so early
        from bot.watch import card_of  # noqa: PLC0415

        async with AsyncExitStack() as stack:
            # Held by a bot that does not answer: it must not be connected twice.
            stack.enter_context(only_one(database))
            media, clock = MediaStore(settings.media.folder), SystemClock()
            gateways = [
                await stack.enter_async_context(one)
                for one in wechat.accounts(settings, media, clock)
            ]
            yield lambda: [card_of(one.name, one.status(), 0) for one in gateways]
    else:
        yield partial(running, settings)


def running(settings: Settings) -> list[AccountCard]:
    """How the accounts of the running bot are. Raises `door.Closed` if none runs."""
    return [AccountCard(**one) for one in door.ask(settings.database.path, "accounts")]


def bind_code(
    config: ConfigFile = None,
    person: Annotated[
        str | None,
        typer.Option(
            "--for",
            help="Who uses it is this person (name or key of the import); else a new coordinator.",
            show_default=False,
        ),
    ] = None,
    minutes: Annotated[
        int, typer.Option("--minutes", min=1, max=10_080, help="How long it is good.")
    ] = 30,
) -> None:
    """Print a one-time code with which a coordinator binds a group to its place.

    Give it to the coordinator and nobody else: whoever writes it in a group, as in
    `@邻帮 绑定 3号楼 CODE`, is coordinator there from then on. Works while the bot runs.

    \b
    Examples:
      linbang wechat bind-code --for 吴站长
      linbang wechat bind-code --minutes 120
    """
    settings = settings_of(config)
    try:
        made = _made(settings, minutes, person)
    except LookupError as why:
        complain(str(why.args[0]))
        raise typer.Exit(WRONG) from None
    zone = ZoneInfo(settings.place.time_zone)
    until = datetime.fromisoformat(made["until"]).astimezone(zone)
    console = out()
    console.print(made["code"], style="bold", markup=False)
    console.print(f"好用一次，到 good once, until {until:%m-%d %H:%M} {zone.key}", markup=False)
    console.print(f"@{settings.bot.name} 绑定 3号楼 {made['code']}", style="dim", markup=False)


def _made(settings: Settings, minutes: int, person: str | None) -> dict[str, Any]:
    database = settings.database.path
    try:
        asked: dict[str, Any] = door.ask(
            database, "bind-code", {"minutes": minutes, "person": person}
        )
    except door.Closed:
        try:
            with only_one(database):
                now = SystemClock().now()
                store.update(settings, now)
                with (
                    disposing(open_database(store.url_of(settings))) as engine,
                    transaction(engine) as tx,
                ):
                    code, until = door.new_code(tx, now, timedelta(minutes=minutes), person)
                return {"code": code, "until": until.isoformat()}
        except AlreadyRunning as held:
            raise LookupError("the bot runs, but does not answer: try again in a moment") from held
    return asked


commands = typer.Typer(
    no_args_is_help=True,
    help="""The accounts of WeChat: log in, bind groups to places.

\b
Examples:
  linbang wechat login
  linbang wechat bind-code --for 吴站长""",
)

"""``run`` and ``demo``: the bot with its local chat."""

from __future__ import annotations

import asyncio
import tempfile
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from bot import scanning
from bot.cli.console import WRONG, ConfigFile, complain, out, settings_of
from bot.config import Settings
from bot.config.tables import Local, WeChat

Port = Annotated[
    int | None,
    typer.Option(
        "--port", "-p", min=0, max=65_535, help="The port; 0 takes a free one.", show_default=False
    ),
]


def run(
    config: ConfigFile = None,
    port: Port = None,
    example: Annotated[
        bool | None,
        typer.Option(
            "--example/--no-example",
            help="Fill an empty database with the example compound; without settings it is.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Start the bot and print the address of the local chat.

    The database is made or brought up to date first. Ctrl+C stops the bot; nothing is lost.

    \b
    Examples:
      linbang run
      linbang run --port 9000
      linbang run --config /etc/linbang/config.toml
    """
    settings = settings_of(config)
    has_settings = config is not None or Path("config.toml").exists()
    wanted = not has_settings if example is None else example
    _serve(_at_port(settings, port), example=wanted, demo=False)


def demo(config: ConfigFile = None, port: Port = None) -> None:
    """Start the bot on a fresh example compound that is forgotten at the end.

    Nothing of the real database is touched. The clock is moved in the local chat.

    \b
    Examples:
      linbang demo
      linbang demo --port 0
    """
    settings = settings_of(config)
    with tempfile.TemporaryDirectory(prefix="linbang-demo-") as folder:
        here = Path(folder)
        own = {
            "database": settings.database.model_copy(update={"path": here / "linbang.db"}),
            "media": settings.media.model_copy(update={"folder": here / "media"}),
            "backup": settings.backup.model_copy(update={"folder": here / "backups"}),
            # Nobody real hears of a demo.
            "gateways": settings.gateways.model_copy(
                update={"local": Local(enabled=True), "wechat": WeChat()}
            ),
        }
        _serve(_at_port(settings.model_copy(update=own), port), example=True, demo=True)


def _at_port(settings: Settings, port: int | None) -> Settings:
    if port is None:
        return settings
    return settings.model_copy(update={"web": settings.web.model_copy(update={"port": port})})


def _serve(settings: Settings, *, example: bool, demo: bool) -> None:
    from bot import serve  # noqa: PLC0415  help and mistakes need not wait for the whole bot

    if not (settings.gateways.local.enabled or settings.gateways.wechat.enabled):
        complain(
            "[gateways.local] and [gateways.wechat] are off: nobody could reach the bot",
            "set enabled = true in one of them",
        )
        raise typer.Exit(WRONG)
    console = out()

    def ready(address: str) -> None:
        forgotten = " (demo, 结束后清空 forgotten at the end)" if demo else ""
        console.print(f"[bold]邻帮 Linbang[/]{forgotten}", markup=True)
        if settings.gateways.local.enabled:
            console.print(f"本地聊天 Local chat: [link={address}]{address}[/link]")
        if settings.gateways.wechat.enabled:
            page = f"{address}accounts"
            console.print(f"微信账号 WeChat accounts: [link={page}]{page}[/link]")
        console.print("按 Ctrl+C 停止 · Ctrl+C stops the bot")
        console.file.flush()

    shown = partial(scanning.show, console)
    asyncio.run(serve.serve(settings, example=example, ready=ready, nightly=not demo, shown=shown))

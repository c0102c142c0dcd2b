"""Looks at the accounts of WeChat: settings, services, and how the running bot finds them."""

from __future__ import annotations

import socket
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot import door
from bot.config.tables import Settings

PATIENCE = 3.0
"""Seconds that a puppet service has to answer."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at. ``how_to_mend`` beside ``ok`` is advice, not a fault."""

    what: str
    ok: bool
    how_to_mend: str = ""


def wechat(settings: Settings) -> Iterator[Finding]:
    """What is set, what is missing, and each account."""
    wechat = settings.gateways.wechat
    single = [("wechat", wechat.endpoint, wechat.token)] if wechat.endpoint else []
    several = [(f"wechat-{one.name}", one.endpoint, one.token) for one in wechat.accounts]
    if not single and not several:
        yield Finding(
            "gateways: WeChat is on, but no account is named",
            False,
            "set [gateways.wechat] endpoint and token, or [[gateways.wechat.accounts]]",
        )
    for name, endpoint, token in (*single, *several):
        try:
            token.reveal()
        except LookupError as wrong:
            yield Finding(f"{name}: {wrong}", False, f"set the token of {name}")
        if not endpoint:
            yield Finding(f"{name}: no endpoint", False, f"set the endpoint of {name}")
    if settings.gateways.local.enabled:
        yield Finding(
            "gateways: the local chat is on beside WeChat",
            True,
            "whoever can open it may speak as anybody: set [gateways.local] enabled = false",
        )
    if not (settings.alarm.webhook or settings.alarm.command):
        yield Finding(
            "alarm: nobody outside WeChat hears of a log-out",
            True,
            "set [alarm] webhook or command",
        )
    yield from _accounts(settings, [(name, endpoint) for name, endpoint, _ in (*single, *several)])


def _accounts(settings: Settings, named: Sequence[tuple[str, str]]) -> Iterator[Finding]:
    """Each account as the running bot sees it; without one, whether its service is there."""
    try:
        cards = door.ask(settings.database.path, "accounts")
    except door.Closed:
        for name, endpoint in named:
            host, _, port = endpoint.rpartition(":")
            if not endpoint:
                continue
            try:
                socket.create_connection((host.strip("[]"), int(port)), PATIENCE).close()
            except OSError as why:
                mend = "start the puppet service; docs/wechat.md says how"
                yield Finding(f"{name}: nothing answers at {endpoint} ({why})", False, mend)
            else:
                yield Finding(f"{name}: something answers at {endpoint}; no bot runs", True)
        return
    for card in cards:
        last = f"last event {card['last_event'][:19]}" if card["last_event"] else "no event yet"
        queues = f"{card['waiting']} waiting in, {card['letters']} waiting out, {last}"
        what = f"{card['name']}: {card['state']} {card['account']} ({queues})".replace("  ", " ")
        mend = "" if card["state"] == "up" else card["error"] or "`linbang wechat login`"
        yield Finding(what, card["state"] == "up", mend)

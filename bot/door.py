"""The operator's door into the running bot: commands on this machine ask it over its own pages.

Only one process may write to the database and hold an account, so the commands do not look for
themselves while a bot runs. A key in a file that only its user may read opens the door.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError, URLError
from urllib.request import ProxyHandler, Request, build_opener

from aiohttp import web

from bot.web.accounts import Accounts
from storage import codes, people
from storage.db import Transaction

if TYPE_CHECKING:
    from bot.app import App

PATIENCE = 5.0
"""Seconds that the running bot has to answer a command."""
MakeCode = Callable[[int, str | None], Awaitable[Mapping[str, Any]]]
"""Minutes and perhaps whose: the new code. Raises LookupError for nobody."""
Order = Callable[[Mapping[str, Any]], Awaitable[Any]]
"""What is to be done with devices, and what came of it (`bot.devices.order`)."""


class Closed(Exception):  # noqa: N818
    """No bot runs on this database, or it does not answer."""


def file_of(database: Path) -> Path:
    """Where the running bot leaves its address and key."""
    return database.with_name(database.name + ".door")


@contextmanager
def opened(database: Path, address: str, key: str) -> Iterator[None]:
    """Leave address and key for the commands, till the bot ends."""
    path = file_of(database)
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump({"address": address, "key": key}, file)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def routes(key: str, shown: Accounts, make_code: MakeCode, devices: Order) -> list[web.RouteDef]:
    """What commands may ask: how the accounts are, a one-time code, devices for signs of life."""

    def check(request: web.Request) -> None:
        given = request.headers.get("Authorization", "")
        if not secrets.compare_digest(given.encode(), f"Bearer {key}".encode()):
            raise web.HTTPForbidden(text="not with this key")

    async def accounts(request: web.Request) -> web.Response:
        check(request)
        return web.json_response([asdict(card) for card in shown.accounts()])

    async def code(request: web.Request) -> web.Response:
        check(request)
        asked = await request.json()
        try:
            return web.json_response(await make_code(int(asked["minutes"]), asked.get("person")))
        except LookupError as why:
            return web.json_response({"error": str(why.args[0])}, status=404)

    async def signs(request: web.Request) -> web.Response:
        check(request)
        try:
            return web.json_response(await devices(await request.json()))
        except LookupError as why:
            return web.json_response({"error": str(why.args[0])}, status=404)

    return [
        web.get("/operator/accounts", accounts),
        web.post("/operator/bind-code", code),
        web.post("/operator/signs", signs),
    ]


async def bind_code(app: App, minutes: int, person: str | None) -> dict[str, str]:
    """A new one-time code, for the command that asked. Raises LookupError for nobody."""

    def make(tx: Transaction) -> tuple[str, datetime] | LookupError:
        try:
            return new_code(tx, app.clock.now(), timedelta(minutes=minutes), person)
        except LookupError as why:  # no fault of the transaction
            return why

    made = await app.engine.write(make)
    if isinstance(made, LookupError):
        raise made
    return {"code": made[0], "until": made[1].isoformat()}


def new_code(
    tx: Transaction, now: datetime, valid: timedelta, person: str | None
) -> tuple[str, datetime]:
    """A code and when it expires, perhaps for somebody by key or name. Raises LookupError."""
    person_id = None
    if person:
        by_key = people.by_key(tx, person)
        named = [by_key] if by_key else people.named(tx, person)
        if len(named) != 1:
            raise LookupError(f"{person}: {'several are' if named else 'nobody is'} called that")
        person_id = named[0].id
    return codes.make(tx, now, now + valid, secrets.choice, person_id), now + valid


def ask(database: Path, path: str, body: Mapping[str, Any] | None = None) -> Any:
    """Ask the bot that runs on this database. Raises Closed, and LookupError as it says."""
    try:
        door = json.loads(file_of(database).read_text("utf-8"))
        request = Request(  # noqa: S310  an address that the bot left
            f"{door['address']}operator/{path}",
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {door['key']}", "Content-Type": "application/json"},
        )
        # Never by a proxy: it is this machine.
        with build_opener(ProxyHandler({})).open(request, timeout=PATIENCE) as answer:
            return json.load(answer)
    except HTTPError as why:
        with contextlib.closing(why), contextlib.suppress(ValueError):
            raise LookupError(json.load(why)["error"]) from why
        raise Closed(f"the bot answered {why.code}") from why
    except (OSError, URLError, ValueError, KeyError) as why:
        raise Closed("no bot runs on this database") from why

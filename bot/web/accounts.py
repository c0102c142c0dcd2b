"""The status page: every account on a platform, how it is, and the code to scan if it is out."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import segno
from aiohttp import web
from jinja2 import Environment, PackageLoader, select_autoescape


@dataclass(frozen=True, slots=True)
class AccountCard:
    """An account as pages and commands show it; instants are ISO 8601.

    ``waiting`` messages were heard and not taken in yet, ``letters`` not sent yet. ``code`` is the
    text of the QR code to scan, if the account is logged out and there is one.
    """

    name: str
    state: str
    since: str
    account: str = ""
    code: str = ""
    last_event: str | None = None
    waiting: int = 0
    letters: int = 0
    error: str = ""


class Accounts(Protocol):
    """What the page asks of the running bot."""

    def accounts(self) -> Sequence[AccountCard]: ...


_PAGES = Environment(
    loader=PackageLoader("bot.web"), autoescape=select_autoescape(), trim_blocks=True
)


def routes(shown: Accounts) -> list[web.RouteDef]:
    """``/accounts`` for people, and the QR codes in it."""

    async def page(_: web.Request) -> web.Response:
        html = _PAGES.get_template("accounts.html").render(cards=shown.accounts())
        fresh = {"Cache-Control": "no-store"}
        return web.Response(text=html, content_type="text/html", headers=fresh)

    async def code(request: web.Request) -> web.Response:
        name = request.match_info["name"]
        for card in shown.accounts():
            if card.name == name and card.code:
                fresh = {"Cache-Control": "no-store"}
                body = drawn(card.code)
                return web.Response(body=body, content_type="image/svg+xml", headers=fresh)
        raise web.HTTPNotFound(text="no code to scan")

    return [web.get("/accounts", page), web.get("/accounts/{name}.svg", code)]


def drawn(code: str) -> bytes:
    """A QR code as SVG, black on white whatever the page's colours."""
    out = io.BytesIO()
    segno.make(code, micro=False).save(
        out, kind="svg", scale=6, border=4, light="#fff", dark="#000", omitsize=False
    )
    return out.getvalue()

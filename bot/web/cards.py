"""The contact cards of all households: a page to print, and the same as a PDF."""

from __future__ import annotations

import asyncio

from aiohttp import web
from jinja2 import Environment, PackageLoader, select_autoescape
from markupsafe import Markup
from sqlalchemy import Engine as Database

from bot.cards import Card, NoHouseholds, as_pdf, gather
from bot.cards.qr import as_svg
from bot.neighbours import reading
from bot.words import Words
from handlers.policy import Policy

_PAGES = Environment(
    loader=PackageLoader("bot.web"), autoescape=select_autoescape(), trim_blocks=True
)
_FRESH = {"Cache-Control": "no-store"}


def routes(reader: Database, words: Words, policy: Policy) -> list[web.RouteDef]:
    """``/cards`` and ``/cards.pdf``, with ``?place=`` for the households of one place."""

    async def cards_of(request: web.Request) -> list[Card]:
        try:
            key = request.query.get("place")
            return await asyncio.to_thread(_gather, reader, words, policy, key)
        except NoHouseholds as none:
            raise web.HTTPNotFound(text=str(none)) from none

    async def page(request: web.Request) -> web.Response:
        cards = await cards_of(request)
        drawn = [(card, Markup(as_svg(card.contact))) for card in cards]  # noqa: S704  our own
        html = _PAGES.get_template("cards.html").render(cards=drawn, query=request.query_string)
        return web.Response(text=html, content_type="text/html", headers=_FRESH)

    async def pdf(request: web.Request) -> web.Response:
        cards = await cards_of(request)
        body = await asyncio.to_thread(as_pdf, cards)
        return web.Response(body=body, content_type="application/pdf", headers=_FRESH)

    return [web.get("/cards", page), web.get("/cards.pdf", pdf)]


def _gather(reader: Database, words: Words, policy: Policy, key: str | None) -> list[Card]:
    with reading(reader) as tx:
        return gather(tx, words, policy, key)

"""Somebody's own page of readings, behind a link that only they have; every look is logged."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from aiohttp import web
from jinja2 import Environment, PackageLoader, select_autoescape

from bot.engine import Engine
from bot.plots.easel import Easel, Wish
from bot.words import Words, spoken_time
from handlers.checkins import readings
from handlers.kit import Both, Context, Word
from handlers.policy import Policy
from handlers.vitals.measuring import KINDS
from storage import looks, people, places, vitals
from storage.db import Transaction
from storage.people import Person
from storage.vitals import Vital

_PAGES = Environment(
    loader=PackageLoader("bot.web"), autoescape=select_autoescape(), trim_blocks=True
)
_PRIVATE = {"Cache-Control": "private, no-store", "X-Robots-Tag": "noindex"}
MOST = 200
"""So many readings stand in the table, the newest of them."""


@dataclass(frozen=True, slots=True)
class Opened:
    """What a link opens: whose page, for whom, and the readings of the last time."""

    person: Person
    viewer: Person
    rows: list[Vital]
    wish: Wish


def routes(
    engine: Engine, words: Words, easel: Easel, policy: Policy, now: Callable[[], datetime]
) -> list[web.RouteDef]:
    """``/readings/<token>`` and its pictures; whoever has no token of somebody's finds nothing."""

    async def opened(request: web.Request, *, logged: bool) -> Opened:
        token = request.match_info["token"]
        found = await engine.write(partial(_open, token, policy, now(), logged))
        if found is None:
            raise web.HTTPNotFound(text="no such page")
        page: Opened = found
        return page

    async def page(request: web.Request) -> web.Response:
        found = await opened(request, logged=True)
        told = _shown(words, found, now()) | {"picture": f"{request.path}/picture.png"}
        html = _PAGES.get_template("readings.html").render(told)
        return web.Response(text=html, content_type="text/html", headers=_PRIVATE)

    async def picture(request: web.Request) -> web.Response:
        found = await opened(request, logged=False)  # it belongs to the page that was logged
        try:
            png = await asyncio.to_thread(easel.paint, found.person, found.rows, found.wish)
        except ValueError as nothing:
            raise web.HTTPNotFound(text=str(nothing)) from nothing
        return web.Response(body=png, content_type="image/png", headers=_PRIVATE)

    where = r"/readings/{token:[\w-]{20,80}}"
    return [web.get(where, page), web.get(f"{where}/picture.png", picture)]


def _open(
    token: str, policy: Policy, now: datetime, logged: bool, tx: Transaction
) -> Opened | None:
    key = looks.key(tx, token, now)
    if key is None:
        return None
    person, viewer = people.get(tx, key.person_id), people.get(tx, key.viewer_id)
    if person.left_at is not None or viewer.left_at is not None:
        return None
    if logged:
        looks.seen(tx, person.id, viewer.id, now, "page")
    place = places.get(tx, person.place_id)
    ctx = Context(tx, now, policy)
    since = now - timedelta(days=ctx.policy_at(person.place_id).readings.plot_days)
    rows = vitals.of_person(tx, person.id, since=since)
    return Opened(
        person,
        viewer,
        rows,
        Wish(
            person.id,
            [kind for kind in KINDS if any(row.kind == kind for row in rows)],
            since,
            now,
            ZoneInfo(place.zone if place else "Asia/Shanghai"),
            viewer.lang,
            readings.limits_of(ctx, person),
        ),
    )


def _shown(words: Words, found: Opened, now: datetime) -> dict[str, Any]:
    """What the page says, in the viewer's language, newest reading first."""
    lang, zone = found.viewer.lang, found.wish.zone
    limits = found.wish.limits
    rows = [
        (
            spoken_time(row.at, lang, zone, now),
            words.plain(one.spoken(), lang),
            not one.within(readings.limit_for(limits, row)),
        )
        for row in reversed(found.rows[-MOST:])
        for one in [readings.as_measured(row)]
    ]
    return {
        "lang": lang,
        "name": words.plain(Both(found.person.name, found.person.name_en), lang),
        "title": words.plain(Word("readings.page_title"), lang),
        "nothing": words.plain(Word("readings.page_nothing"), lang),
        "beyond_words": words.plain(Word("readings.page_beyond"), lang),
        "rows": rows,
    }

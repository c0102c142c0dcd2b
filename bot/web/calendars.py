"""Everybody's turns of duty as iCalendar, at an address that only they know."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from aiohttp import web
from icalendar import Calendar, Event
from sqlalchemy import Engine as Database

from bot.clock import Clock
from bot.neighbours import reading
from bot.words import Words
from handlers import duty as spoken
from handlers import showing
from handlers.kit import Word
from storage import calendars, duty, people, places
from storage.db import Transaction
from storage.duty import Shift
from storage.people import Person

AHEAD, BACK = 92, timedelta(days=14)
"""Days to come, and what of the past a calendar keeps."""


def routes(reader: Database, words: Words, clock: Clock) -> list[web.RouteDef]:
    """``/calendar/<token>.ics``; whoever has no token of somebody's finds nothing."""

    async def calendar(request: web.Request) -> web.Response:
        token = request.match_info["token"]
        body = await asyncio.to_thread(_feed, reader, words, token, clock.now())
        if body is None:
            raise web.HTTPNotFound(text="no such calendar")
        headers = {
            "Content-Type": "text/calendar; charset=utf-8",
            "Cache-Control": "private, no-store",
            "X-Robots-Tag": "noindex",
        }
        return web.Response(body=body, headers=headers)

    return [web.get(r"/calendar/{token:[\w-]{20,80}}.ics", calendar)]


def _feed(reader: Database, words: Words, token: str, now: datetime) -> bytes | None:
    with reading(reader) as tx:
        person_id = calendars.person_of(tx, token)
        if person_id is None or people.get(tx, person_id).left_at is not None:
            return None
        return feed(tx, words, people.get(tx, person_id), now)


def feed(tx: Transaction, words: Words, person: Person, now: datetime) -> bytes:
    """The person's turns from a fortnight ago to three months ahead, in their language."""
    made = Calendar()
    made.add("prodid", "-//Linbang//duty//ZH")
    made.add("version", "2.0")
    made.add("x-wr-calname", words.plain(Word("calendars.name"), person.lang))
    for name in ("refresh-interval;value=duration", "x-published-ttl"):
        made.add(name, "PT1H", encode=False)
    for shift in duty.of_person(tx, person.id, now - BACK, days=BACK.days + AHEAD):
        made.add_component(_event(tx, words, person, shift, now))
    return bytes(made.to_ical())


def _event(tx: Transaction, words: Words, person: Person, shift: Shift, now: datetime) -> Event:
    place = places.every(tx)[shift.place_id]
    values = {"place": showing.place_name(place), "duty": spoken.called(shift.duty)}
    event = Event()
    event.add("uid", "-".join(map(str, shift.key)) + "@linbang")
    event.add("dtstamp", now)
    zone = ZoneInfo(place.zone)
    event.add("dtstart", shift.begins.astimezone(zone))
    event.add("dtend", shift.ends.astimezone(zone))
    event.add("summary", words.plain(Word("calendars.title", values), person.lang))
    event.add("location", words.plain(showing.place_name(place), person.lang))
    # Given up and taken by nobody yet: it stands there, crossed out.
    event.add("status", "CANCELLED" if shift.absent else "CONFIRMED")
    return event

"""People at risk without a check-in: marked by whoever leads the place, told, free to decline."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from handlers import leading, showing
from handlers.alerts import calling
from handlers.coverage import listing
from handlers.coverage.listing import Doubt
from handlers.kit import Ask, Context, Effect, Lines, Say, Sorry, ToPerson, Word, answers, sentence
from storage import alerts, people, places
from storage.people import Person

ASKED = {"at_risk": "yes_no"}


def _leads(ctx: Context) -> bool:
    return leading.place_led(ctx) is not None


def _person(ctx: Context) -> Person:
    """Who is meant; Sorry where nobody, or several, are called so in the speaker's place."""
    place = leading.place_led(ctx)
    if place is None:
        raise Sorry("alerts.not_yours")
    name = listing.as_written(ctx, ctx.slots["name"])
    found = listing.find(ctx, place, name)
    if isinstance(found, Doubt):
        raise Sorry("giving.several" if found.people else "giving.nobody", name=name)
    if found.person_id is None:
        raise Sorry("giving.nobody", name=name)
    return people.get(ctx.tx, found.person_id)


@sentence("mark", fits=_leads)
def mark(ctx: Context) -> Iterator[Effect]:
    """`把徐大爷列为重点`: called at every alert; they are told, and may say no."""
    one = _person(ctx)
    new = alerts.mark(ctx.tx, one.id, ctx.who.id, ctx.now)
    yield _to_me(ctx, "alerts.marked" if new else "alerts.marked_already", one)
    if new and one.id != ctx.who.id:
        yield Ask(
            ToPerson(one.id),
            "alerts.you_are_marked",
            {"name": showing.name_of(one), "by": showing.name_of(ctx.who)},
            person_id=one.id,
            question="at_risk",
            wait=timedelta(days=7),
        )


def _to_me(ctx: Context, key: str, one: Person) -> Say:
    return Say(ToPerson(ctx.who.id), key, {"name": showing.name_of(one)}, direct=True)


@sentence("unmark", fits=_leads)
def unmark(ctx: Context) -> Iterator[Effect]:
    """`徐大爷不用列为重点了`."""
    one = _person(ctx)
    yield _to_me(ctx, "alerts.unmarked" if alerts.unmark(ctx.tx, one.id) else "alerts.no_mark", one)


@sentence("unmark_me")
def unmark_me(ctx: Context) -> Iterator[Effect]:
    """`别把我列为重点`: nobody is called who does not want it."""
    alerts.unmark(ctx.tx, ctx.who.id)
    yield Say(ToPerson(ctx.who.id), "alerts.you_are_not", {}, direct=True)


@answers("at_risk", lambda ctx: not ctx.in_group and ctx.reading.act in {"cancel", "confirm"})
def wants(ctx: Context) -> Iterator[Effect]:
    """No takes the mark away, yes leaves it."""
    if ctx.reading.act == "cancel":
        alerts.unmark(ctx.tx, ctx.who.id)
        yield ctx.reply("alerts.you_are_not")
    else:
        yield ctx.reply("alerts.you_are_on_it")


@sentence("listed", fits=_leads)
def listed(ctx: Context) -> Iterator[Effect]:
    """`重点名单`: who is called at an alert, privately."""
    place = leading.place_led(ctx)
    if place is None:
        return
    called, away = calling.at_risk(ctx, place.id)
    lines = [
        Word(
            "alerts.risk_line",
            {
                "name": showing.name_of(one),
                "home": showing.place_name(places.get(ctx.tx, one.place_id)),
                "away": Word("alerts.is_away") if one in away else "",
            },
        )
        for one in (*called, *away)
    ]
    values = {"place": showing.place_name(place), "count": len(lines), "lines": Lines(tuple(lines))}
    yield Say(ToPerson(ctx.who.id), "alerts.listed", values, direct=True)
    if ctx.in_group:
        yield ctx.reply("coverage.privately")

"""How an alert stands: counts for those who serve, names only privately."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from handlers import leading, lookins, showing
from handlers.alerts import beginning, doubling
from handlers.kit import Context, Effect, Later, Lines, Say, Sorry, ToPerson, Word, rings, sentence
from handlers.sentences import tidy
from storage import alerts, people, places, requests
from storage import lookins as searches
from storage.alerts import Alert, Call

MOST = 40
"""So many names stand in one letter."""


def around(ctx: Context) -> list[Alert]:
    """The alerts that concern the place where this was said, or that the speaker serves in."""
    chain = {place.id for place in places.chain(ctx.tx, ctx.place.id if ctx.place else None)}
    found = alerts.running(ctx.tx)
    return [one for one in found if one.place_id in chain or doubling.serves(ctx, one)]


def _some(ctx: Context) -> list[Alert]:
    found = around(ctx)
    if not found:
        raise Sorry("alerts.none")
    return found


@sentence("status")
def status(ctx: Context) -> Iterator[Effect]:
    """`警戒情况`: asked, safe, not yet, in need, who is on duty; to others only the warning."""
    for alert in _some(ctx):
        values = beginning.spoken(ctx, alert)
        if not doubling.serves(ctx, alert):
            yield ctx.reply("alerts.on_now", **values, **beginning.numbers(ctx))
            continue
        roll = alerts.roll(ctx.tx, alert.id)
        values |= {**counts(ctx, roll), "duty": doubling.names_on(ctx, alert)}
        yield ctx.reply("alerts.status", **values)
        needs = [one for one in roll if needs_help(ctx, one)]
        if needs:
            lines = Lines(tuple(_line(ctx, one) for one in needs[:MOST]))
            yield Say(ToPerson(ctx.who.id), "alerts.needs", {**values, "lines": lines}, direct=True)


def _asks_roll(ctx: Context) -> bool:
    """Whether the roll-call is meant: `还有谁没回?` alone may be about anything."""
    plain = tidy(ctx.text)
    serves = any(doubling.serves(ctx, one) for one in alerts.running(ctx.tx))
    return serves or "点名" in plain or "roll" in plain


@sentence("who", fits=_asks_roll)
def who(ctx: Context) -> Iterator[Effect]:
    """`点名还有谁没回?`: names and doors privately, to those who serve; in a group the count."""
    told = False
    for alert in [one for one in _some(ctx) if doubling.serves(ctx, one)]:
        told = True
        roll = alerts.roll(ctx.tx, alert.id)
        values = {**beginning.spoken(ctx, alert), **counts(ctx, roll)}
        if ctx.in_group:
            yield ctx.reply("alerts.missing_count", **values)
        missing = [one for one in roll if one.state in alerts.UNKNOWN]
        if missing:
            lines = Lines(tuple(_line(ctx, one) for one in missing[:MOST]))
            said = {**values, "lines": lines}
            yield Say(ToPerson(ctx.who.id), "alerts.missing", said, direct=True)
        elif not ctx.in_group:
            yield ctx.reply("alerts.all_heard", **values)
    if not told:
        raise Sorry("alerts.not_yours")


def counts(ctx: Context, roll: Sequence[Call]) -> dict[str, Any]:
    """How many were asked, and how it stands with them; who was helped is safe."""
    states = Counter(one.state for one in roll)
    helped = sum(one.state == "help" and not needs_help(ctx, one) for one in roll)
    return {
        "all": len(roll) - states["away"],
        "safe": states["safe"] + helped,
        "helped": helped,
        "unknown": sum(states[one] for one in alerts.UNKNOWN),
        "help": states["help"] - helped,
        "away": states["away"],
    }


def needs_help(ctx: Context, call: Call) -> bool:
    """Whether what they asked for is not settled yet."""
    request = requests.get(ctx.tx, call.request) if call.request is not None else None
    return call.state == "help" and (request is None or request.state != "closed")


def _line(ctx: Context, call: Call) -> Word:
    """Who it is, where, and what is being done: for those who serve only."""
    one = people.get(ctx.tx, call.person_id)
    return Word(
        "alerts.line",
        {
            "name": showing.name_of(one),
            "home": showing.home(ctx, one),
            "phone": one.phone or Word("lookins.no_phone"),
            "doing": doing(ctx, call),
        },
    )


def doing(ctx: Context, call: Call) -> Word:
    """What is being done about it: asked, looked for, somebody goes, a request."""
    if call.request is not None:
        return Word("alerts.doing_request", {"number": f"#{call.request}"})
    search = searches.of_person(ctx.tx, call.person_id)
    if search is None:
        return Word("alerts.doing_asked")
    if search.holder_id is not None:
        name = showing.name_of(people.get(ctx.tx, search.holder_id))
        return Word("alerts.doing_going", {"helper": name})
    return Word("alerts.doing_red" if search.step == lookins.RED else "alerts.doing_searched")


@sentence("until")
def until(ctx: Context) -> Iterator[Effect]:
    """`警戒延长到明天中午`: the leader is asked then, not before."""
    led = [one for one in _some(ctx) if doubling.may_end(ctx, one)]
    if not led:
        raise Sorry("alerts.not_yours")
    due = leading.until(ctx.reading.when)
    if due is None or due <= ctx.now:
        raise Sorry("coverage.until_when")
    alerts.change(ctx.tx, led[0].id, ends_at=due)
    yield Later(f"alert:{led[0].id}:ends", due, "alert_ends", led[0].id)
    yield ctx.reply("alerts.longer", **beginning.spoken(ctx, alerts.get(ctx.tx, led[0].id)))


@rings("alert_ends")
def time_is_up(ctx: Context) -> Iterator[Effect]:
    """The hour that was said has come: only a person ends an alert."""
    alert = alerts.get(ctx.tx, ctx.rung.ref)
    if alert.state != "on":
        return
    values = {**beginning.spoken(ctx, alert), **counts(ctx, alerts.roll(ctx.tx, alert.id))}
    for one in doubling.leaders(ctx, alert):
        yield ctx.tell(one, "alerts.time_is_up", urgent=True, **values)

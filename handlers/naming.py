"""Which request somebody means, when they do not say its number."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from handlers import showing
from handlers.kit import Ask, Context, Lines, Sorry, Word
from storage import claims, outbox, people, requests
from storage.requests import Request

OPEN = ("open", "reopened")
SHORT = (*OPEN, "claimed", "on_site")
"""States in which another helper may be wanted still."""
RECENT = timedelta(minutes=30)
TALKED = timedelta(minutes=10)
"""What the bot said to somebody within this is still being talked about."""
LISTED = 5
"""So many are named at once."""


def said(ctx: Context) -> int | None:
    """The number that was said or quoted."""
    if "number" in ctx.slots:
        return int(ctx.slots["number"])
    return ctx.reading.refers or ctx.quoted_number


def spoken_number(ctx: Context) -> int | None:
    """A number as the whole answer: ``3``, ``#3``, ``3号``, ``我来3``."""
    if ctx.reading.refers:
        return ctx.reading.refers
    bare = ctx.text.strip().lstrip("#＃").rstrip("号 。.!！")
    return int(bare) if bare.isdecimal() and len(bare) < 8 else None


def claimed(ctx: Context) -> int | list[int] | None:
    """The task that `我来` means; a list where it could be several, None where there is none.

    What was named or quoted, else the offer just sent to this person, else the only open request
    here, else the newest urgent one.
    """
    number = said(ctx)
    if number is not None:
        return number
    invited = [] if ctx.in_group else claims.invited_to(ctx.tx, ctx.who.id)
    if invited and (len(invited) == 1 or invited[0].urgency == "urgent"):
        return invited[0].number
    here = open_here(ctx)
    if not here:
        return _just_taken(ctx)
    urgent = [one for one in here if one.urgency == "urgent"]
    if len(here) == 1 or urgent:
        return (urgent or here)[0].number
    return [one.number for one in here]


def open_here(ctx: Context) -> list[Request]:
    """Open requests of this group's places, or of the speaker's own building; urgent first."""
    found = requests.at_places(ctx.tx, _around(ctx), SHORT)
    return [
        one
        for one in found
        if one.kind != "offer"
        and one.requester_id != ctx.who.id
        and not _full(ctx, one)
        and ctx.who.id not in claims.holders(ctx.tx, one.number)
        and showing.may_know(ctx, one)
        and not showing.is_doctors(ctx, one)
    ]


def _around(ctx: Context) -> set[int]:
    """The places that are talked of: the group's; privately also those the speaker serves."""
    place_id = ctx.place.id if ctx.place else None
    around = set(showing.requests_here(ctx.tx, place_id))
    if not ctx.in_group:
        for at, role in people.all_roles(ctx.tx).get(ctx.who.id, ()):
            if role != "volunteer":
                around |= set(showing.requests_here(ctx.tx, at))
    return around


def _full(ctx: Context, request: Request) -> bool:
    return len(claims.holders(ctx.tx, request.number)) >= request.wanted


def _just_taken(ctx: Context) -> int | None:
    """Nothing is open, but somebody was faster a moment ago."""
    place_id = ctx.place.id if ctx.place else None
    places_here = showing.requests_here(ctx.tx, place_id)
    taken = [
        one
        for one in requests.at_places(ctx.tx, places_here, ("claimed",))
        if ctx.now - one.changed_at < RECENT
        and one.requester_id != ctx.who.id
        and showing.may_know(ctx, one)
    ]
    return max((one.number for one in taken), default=None)


def which(ctx: Context, numbers: list[int]) -> Ask:
    """Several are open: which one is taken?"""
    listed = [requests.get(ctx.tx, number) for number in numbers]
    return which_of(ctx, [one for one in listed if one is not None], "claims.which", "which")


def which_of(ctx: Context, found: Sequence[Request], key: str, question: str) -> Ask:
    """Ask which of these is meant; ``key`` is given ``tasks``, `chosen` hears the number."""
    return Ask(
        ctx.here(),
        key,
        {"tasks": Lines(tuple(line(ctx, one) for one in found[:LISTED]))},
        direct=True,
        person_id=ctx.who.id,
        question=question,
        data={"numbers": [one.number for one in found]},
        wait=RECENT,
    )


def chosen(ctx: Context) -> int:
    """The number said in answer to `which_of`; Sorry if it is none of those."""
    number = spoken_number(ctx) or 0
    if number not in ctx.asked.data["numbers"]:
        raise Sorry("requests.unknown", number=number)
    return number


def line(ctx: Context, request: Request) -> object:
    return Word("requests.line", showing.openly(ctx, request))


def held(ctx: Context) -> int | None:
    """The task of the speaker that is meant: the one named, else the newest they hold."""
    mine = claims.tasks(ctx.tx, ctx.who.id, (*requests.IN_HAND, "reopened", "waiting"))
    number = said(ctx)
    if number is not None:
        return number if any(one.number == number for one in mine) else None
    return mine[0].number if mine else None


def own(ctx: Context, *states: str) -> Request | None:
    """The speaker's own request that is meant: the one named, else the newest in these states."""
    found = any_own(ctx, *states)
    return found[0] if found else None


def any_own(ctx: Context, *states: str) -> list[Request]:
    """Those of the speaker's own that may be meant, the likeliest first: the one named, or all.

    Whoever joined a neighbour's has a part in it too, after what they asked for themselves.
    """
    mine = requests.of_person(ctx.tx, ctx.who.id, states or requests.UNSETTLED)
    number = _goes_on(ctx, said(ctx))
    if number is not None:
        return [one for one in mine if one.number == number]
    # What was asked for comes before what was offered.
    asked = [one for one in mine if one.kind != "offer"]
    return sorted(asked or mine, key=lambda one: one.requester_id != ctx.who.id)


def talked_about(ctx: Context, found: Sequence[Request]) -> Request | None:
    """The only one of these that the bot spoke of here just now."""
    here = ctx.room.id if ctx.room else 0
    spoken = outbox.spoken_of(ctx.tx, here, ctx.now - TALKED)
    lately = [one for one in found if one.number in spoken]
    return lately[0] if len(lately) == 1 else None


def _goes_on(ctx: Context, number: int | None) -> int | None:
    """What was merged goes on under the number it was joined to."""
    named = requests.get(ctx.tx, number) if number is not None else None
    return int(named.data["joined"]) if named is not None and "joined" in named.data else number


def ended(ctx: Context) -> list[Request]:
    """What the speaker may mean that is not settled: the one named, else the newest of which they
    are being asked, else what ended within the days in which it may be opened again."""
    mine = requests.of_person(ctx.tx, ctx.who.id, ("done", "closed"))
    number = _goes_on(ctx, said(ctx))
    if number is not None:
        return [one for one in mine if one.number == number]
    apart = [one for one in mine if one.outcome != "duplicate" and one.kind != "offer"]
    asked_of = [one for one in apart if one.state == "done"]
    if asked_of:
        return [max(asked_of, key=lambda one: one.changed_at)]
    return [one for one in apart if _may_be_opened_again(ctx, one)]


def _may_be_opened_again(ctx: Context, request: Request) -> bool:
    # What is said among neighbours may well be about something else after a day.
    days = 1 if ctx.in_group else ctx.rules(request).requests.reopen_days
    return request.closed_at is not None and ctx.now - request.closed_at <= timedelta(days=days)


def must_lead(ctx: Context) -> Request:
    """As `must_see`; a shopping run and a consultation are led only by those who take part."""
    request = must_see(ctx)
    if request.kind in requests.APART:
        raise Sorry("steering.not_yours", number=request.number)
    return request


def must_see(ctx: Context) -> Request:
    """The request whose number the sentence names; Sorry if it is not to be seen here."""
    number = int(ctx.slots["number"])
    request = showing.here(ctx, number)
    if request is None or (ctx.in_group and showing.is_hushed(request)):
        raise Sorry("requests.unknown", number=number)
    return request

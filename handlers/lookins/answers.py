"""Those who are asked to look: I go, I cannot, nobody opens, they are fine, they are not."""

from __future__ import annotations

from collections.abc import Iterator

from handlers import showing
from handlers.checkins import replies
from handlers.kit import Context, Effect, Later, Say, ToPerson, answers
from handlers.lookins import closing, ladder, sought
from handlers.lookins.trouble import trouble
from storage import lookins, people, questions
from storage.lookins import LookIn

ASKED = {"lookin": "go"}


def _others(ctx: Context) -> list[LookIn]:
    """The other searches that the speaker was asked about."""
    mine = questions.open_to(ctx.tx, ctx.who.id, ctx.now)
    refs = {one.ref for one in mine if one.kind == "lookin"} - {ctx.asked.ref}
    found = (lookins.get(ctx.tx, ref) for ref in sorted(refs))
    return [one for one in found if one is not None and one.state != "closed"]


def fits(ctx: Context) -> bool:
    """Whether this answers: can you go and look?"""
    one = lookins.get(ctx.tx, ctx.asked.ref)
    if one is None or ctx.reading.refers or ctx.quoted_number or _answer(ctx, one) is None:
        return False
    if sought.is_named(ctx, one, ctx.text):
        return True
    # In a group only words that name them are about them.
    return not ctx.in_group and not any(sought.is_named(ctx, two, ctx.text) for two in _others(ctx))


def _answer(ctx: Context, one: LookIn) -> replies.Helpers | None:
    return replies.of_helper(ctx, named=sought.is_named(ctx, one, ctx.text))


@answers("lookin", fits)
def answered(ctx: Context) -> Iterator[Effect]:
    """The answer of neighbour, family or care team."""
    one = lookins.must(ctx.tx, ctx.asked.ref)
    if one.state == "closed":
        yield _to_me(ctx, "lookins.over", one)
        return
    others = _others(ctx)
    if others and not sought.is_named(ctx, one, ctx.text):
        names = [sought.name_of(ctx, each) for each in (one, *others)]
        yield Say(ToPerson(ctx.who.id), "lookins.which", {"names": names}, direct=True)
        return
    match _answer(ctx, one):
        case "go" | "there":
            yield from _agree(ctx, one)
        case "no":
            yield from _decline(ctx, one)
        case "nobody_opens":
            yield from _nobody_opens(ctx, one)
        case "unwell":
            yield from _unwell(ctx, one)
        case _:
            yield _to_me(ctx, "lookins.thanks", one)
            yield from closing.close(ctx, one, "seen", by=ctx.who.id, note=ctx.text[:200])


def _to_me(ctx: Context, key: str, one: LookIn) -> Say:
    return Say(ToPerson(ctx.who.id), key, sought.facts(ctx, one, drill=one.drill), direct=True)


def _agree(ctx: Context, one: LookIn) -> Iterator[Effect]:
    """Somebody goes: the ladder stops, for as long as an acknowledgement is good."""
    me = ctx.who.id
    if one.state == "going" and one.holder_id != me and one.holder_id is not None:
        holder = showing.name_of(people.get(ctx.tx, one.holder_id))
        mark = sought.facts(ctx, one, drill=one.drill)["mark"]
        yield Say(
            ToPerson(me), "lookins.gone_already", {"helper": holder, "mark": mark}, direct=True
        )
        return
    renewed = one.state == "going"
    if not lookins.move(ctx.tx, one, "going", holder_id=me):
        return
    yield closing.silence(one)
    lapses = ctx.now + ladder.policy_of(ctx, one).ack_lapses
    yield Later(f"lookin:{one.id}:lapse", lapses, "lookin_lapse", one.id)
    yield _listening(ctx, one, "lookins.agreed")
    if not renewed:
        said = {**sought.facts(ctx, one, drill=one.drill), "helper": showing.name_of(ctx.who)}
        for person_id in dict.fromkeys(one.told):
            if person_id not in {me, *one.declined}:
                yield ctx.tell(person_id, "lookins.going", urgent=True, **said)


def _listening(ctx: Context, one: LookIn, key: str) -> Effect:
    """Answer, and go on listening to the speaker about this search."""
    return ladder.ask(ctx, one, ctx.who.id, key)


def _decline(ctx: Context, one: LookIn) -> Iterator[Effect]:
    """Nobody waits for them: where all who were asked have said no, the next are asked at once."""
    me = ctx.who.id
    was_mine = one.state == "going" and one.holder_id == me
    one = lookins.change(ctx.tx, one, declined=[*one.declined, me])
    yield _to_me(ctx, "lookins.declined", one)
    all_said_no = not set(one.told) - set(one.declined)
    if was_mine or (one.state == "open" and all_said_no):
        yield from ladder.go_on(ctx, one, now=True)


def _nobody_opens(ctx: Context, one: LookIn) -> Iterator[Effect]:
    """110 or 120 by the one at the door, and duty and key-holder, now."""
    yield _listening(ctx, one, "lookins.ring_for_help")
    if one.state == "going":
        lookins.move(ctx.tx, one, "open", holder_id=None)
    one = lookins.must(ctx.tx, one.id)
    # Whoever stands at the door needs no call to come, and may still say what became of it.
    for effect in ladder.quickly(ctx, one):
        if not (isinstance(effect, Say) and effect.to == ToPerson(ctx.who.id)):
            yield effect


def _unwell(ctx: Context, one: LookIn) -> Iterator[Effect]:
    """Found, and not well: an urgent request in their name."""
    number = yield from trouble(ctx, one, ctx.text)
    yield from closing.close(ctx, one, "helped", by=ctx.who.id, note=f"#{number}")

"""Those who are asked to go and see: I go, I cannot, nobody opens, she is well."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from handlers.checkins import cries, replies
from handlers.checkins.ending import alerted, close, name_of, privately, said_since
from handlers.checkins.ladder import climb, go_on
from handlers.checkins.rungs import NEXT, declined, facts, text_for
from handlers.kit import Ask, Context, Effect, Later, Never, ToPerson, Word, answers
from storage import checkins, people, questions
from storage.checkins import Checkin
from storage.people import Person

ASKED = {"checkin_go": "go"}


def _elder(ctx: Context, checkin_id: int) -> Person | None:
    one = checkins.get(ctx.tx, checkin_id)
    return people.get(ctx.tx, one.person_id) if one else None


def _others(ctx: Context) -> list[Person]:
    """The elders of the other check-ins that the speaker was asked about."""
    mine = questions.open_to(ctx.tx, ctx.who.id, ctx.now)
    refs = [one.ref for one in mine if one.kind == "checkin_go" and one != ctx.question]
    meant = _elder(ctx, ctx.question.ref) if ctx.question else None
    elders = {elder.id: elder for ref in refs if (elder := _elder(ctx, ref)) and elder != meant}
    return list(elders.values())


def fits(ctx: Context) -> bool:
    """Whether this answers: can you go and see?"""
    if ctx.question is None or ctx.reading.refers or ctx.quoted_number:
        return False
    elder = _elder(ctx, ctx.question.ref)
    if not said_since(ctx, ctx.question.ref):
        return False
    if elder is None or _answer(ctx, elder) is None:
        return False
    if replies.names(elder, ctx.text):
        return True
    # In a group only a word that names the elder is about them; and who names another means them.
    return not ctx.in_group and not replies.named_in(ctx)


def _answer(ctx: Context, elder: Person) -> replies.Helpers | None:
    return replies.of_helper(ctx, named=replies.names(elder, ctx.text))


@answers("checkin_go", fits)
def answered(ctx: Context) -> Iterator[Effect]:
    """The answer of neighbour, family or care team."""
    one = checkins.get(ctx.tx, ctx.question.ref if ctx.question else 0)
    if one is None or one.state not in checkins.WAITING:
        yield privately(ctx, "checkins.over")
        return
    elder = people.get(ctx.tx, one.person_id)
    others = _others(ctx)
    if others and not replies.names(elder, ctx.text):
        names = [name_of(other) for other in (elder, *others)]
        yield _ask_again(ctx, one, "checkins.which", {"names": names})
        return
    match _answer(ctx, elder):
        case "go" | "there":
            yield from agree(ctx, one)
        case "no":
            yield from decline(ctx, one)
        case "nobody_opens":
            yield from nobody_opens(ctx, one)
        case "unwell":
            yield from cries.raised(ctx, one, ctx.text)
        case _:
            yield from found_well(ctx, one)


def _ask_again(ctx: Context, one: Checkin, key: str, values: dict[str, Any]) -> Ask:
    """Answer, and go on listening to the speaker about this check-in."""
    return Ask(
        ToPerson(ctx.who.id),
        key,
        values,
        urgent=True,
        direct=True,
        person_id=ctx.who.id,
        question="checkin_go",
        ref=one.id,
        wait=timedelta(days=3),
    )


def agree(ctx: Context, one: Checkin) -> Iterator[Effect]:
    """Somebody goes: the ladder stops, for as long as an acknowledgement is good."""
    me = ctx.who.id
    if one.state == "handled" and one.handled_by is not None and one.handled_by != me:
        holder = people.get(ctx.tx, one.handled_by)
        yield privately(ctx, "checkins.gone_already", name=name_of(holder))
        return
    renewed = one.state == "handled"
    checkins.move(ctx.tx, one, "handled", handled_by=me)
    checkins.tell(ctx.tx, one.id, ctx.now, "agreed", person_id=me)
    yield Never(f"checkin:{one.id}:")
    lapses = ctx.now + ctx.policy_of(one.person_id).checkin.ack_lapses
    yield Later(f"checkin:{one.id}:lapse", lapses, "checkin_lapse", one.id)
    key = "checkins.renewed" if renewed else "checkins.agreed"
    yield _ask_again(ctx, one, key, facts(ctx, one))
    if not renewed:
        helper, name = name_of(ctx.who), facts(ctx, one)["name"]
        for person_id in alerted(ctx, one):
            if person_id not in {me, one.person_id}:
                yield ctx.tell(person_id, "checkins.going", urgent=True, helper=helper, name=name)


def decline(ctx: Context, one: Checkin) -> Iterator[Effect]:
    """Somebody cannot go: nobody waits for them, the next is asked at once."""
    me = ctx.who.id
    checkins.tell(ctx.tx, one.id, ctx.now, "declined", person_id=me)
    yield privately(ctx, "checkins.declined")
    if one.state == "handled":
        if one.handled_by == me:
            yield from go_on(ctx, one, now=True)
        return
    plan = checkins.plan(ctx.tx, one.plan_id)
    if one.step == "family":
        kin = [contact.person_id for contact in checkins.family(ctx.tx, plan.id)]
        if me in kin and kin.index(me) + 1 < len(kin):
            yield from climb(ctx, one, "family", kin.index(me) + 1)
            return
    asked = {
        event.person_id
        for event in checkins.story(ctx.tx, one.id, "told")
        if event.note == f"checkins.{text_for(plan, one, one.step or '', event.person_id)}"
    }
    if me in asked and asked <= declined(ctx, one) and one.step in NEXT:
        yield from climb(ctx, one, NEXT[one.step])


def nobody_opens(ctx: Context, one: Checkin) -> Iterator[Effect]:
    """Somebody stood at the door in vain: 110 or 120, and the key-holder, now."""
    me = ctx.who.id
    checkins.tell(ctx.tx, one.id, ctx.now, "no answer at the door", person_id=me)
    yield _ask_again(ctx, one, "checkins.ring_for_help", facts(ctx, one))
    if one.state == "handled":
        checkins.move(ctx.tx, one, "alerting")
        one = checkins.get(ctx.tx, one.id) or one
    for effect in climb(ctx, one, "team" if one.step in {"worker", "team"} else "worker"):
        # Whoever stands at the door needs no call to come.
        if not (isinstance(effect, Ask) and effect.person_id == me):
            yield effect


def found_well(ctx: Context, one: Checkin) -> Iterator[Effect]:
    """Somebody saw them or spoke to them: closed with name and time."""
    me = ctx.who.id
    yield privately(ctx, "checkins.thanks", name=name_of(people.get(ctx.tx, one.person_id)))
    how = Word("checkins.how_vouched", {"helper": name_of(ctx.who), "at": ctx.now})
    yield from close(ctx, one, "vouched", by=me, how=how, note=ctx.text[:200])

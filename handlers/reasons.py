"""Why somebody was asked, in plain words; and for those in charge, who was asked and answered."""

from __future__ import annotations

from collections.abc import Iterator

from handlers import abilities, duty, matching, naming, showing
from handlers.kit import Context, Effect, Lines, Say, Sorry, ToPerson, Word, sentence
from handlers.matching import Fit
from storage import claims, people, requests, skills
from storage.claims import Invitation

MOST = 20


@sentence("why")
def why(ctx: Context) -> Iterator[Effect]:
    """`#12 为什么问我`: the reason that was kept when they were asked."""
    number = int(ctx.slots["number"]) if "number" in ctx.slots else ctx.quoted_number
    asked = claims.invitation_of(ctx.tx, ctx.who.id, number)
    reasons: list[Word] = []
    if asked is not None:
        number, reasons = asked.number, reasons_of(ctx, asked)
    elif number is not None and _was_paged(ctx, number):
        reasons = [Word("reasons.on_duty")]
    if not reasons:
        raise Sorry("reasons.not_asked")
    values = {"number": number, "reasons": reasons}
    yield Say(ToPerson(ctx.who.id), "reasons.why", values, about=number, direct=True)


def _was_paged(ctx: Context, number: int) -> bool:
    steps = requests.story(ctx.tx, number)
    return any(one.what == "paged" and one.person_id == ctx.who.id for one in steps)


def reasons_of(ctx: Context, asked: Invitation) -> list[Word]:
    """Everything that spoke for asking them, most telling first."""
    fit = matching.read_why(asked.person_id, asked.why)
    if fit is None:
        kept = asked.why if asked.why in {"serves", "mediates"} else "offered"
        return [Word(f"reasons.{kept}")]
    reasons = [*_knack(fit), Word(f"reasons.distance_{fit.distance}")]
    if people.get(ctx.tx, fit.person_id).lang == "en" and fit.same_language:
        reasons.append(Word("reasons.language"))
    if skills.hours(ctx.tx, fit.person_id):
        reasons.append(Word("reasons.hours"))
    reasons.append(Word("reasons.load", {"count": fit.load}) if fit.load else Word("reasons.free"))
    if fit.yes:
        reasons.append(Word("reasons.answered", {"count": fit.yes}))
    lately = Word("reasons.lately", {"count": fit.lately})
    return [*reasons, lately if fit.lately else Word("reasons.not_lately")]


def _knack(fit: Fit) -> list[Word]:
    if not fit.skill:
        return []
    known = abilities.called(fit.skill)
    kind = fit.skill in abilities.KINDS
    named = known.spoken if known else Word(f"kinds.{fit.skill}") if kind else fit.skill
    return [Word("reasons.kind" if kind else "reasons.owns", {"skill": named})]


@sentence("asked")
def asked(ctx: Context) -> Iterator[Effect]:
    """`#12 问了谁`: for whoever serves the place; the others' answers are nobody else's."""
    request = naming.must_see(ctx)
    number = request.number
    if not duty.serves(ctx, ctx.who.id, request.place_id):
        raise Sorry("steering.not_yours", number=number)
    found = claims.invitations(ctx.tx, number)
    if not found:
        yield ctx.reply("reasons.nobody_asked", about=number, number=number)
        return
    lines = Lines(tuple(_line(ctx, one) for one in found[:MOST]))
    values = {"number": number, "count": len(found), "lines": lines}
    yield Say(ToPerson(ctx.who.id), "reasons.asked", values, about=number, direct=True)


def _line(ctx: Context, one: Invitation) -> Word:
    answer = Word(f"reasons.said_{one.answer or 'nothing'}")
    name = showing.name_of(people.get(ctx.tx, one.person_id))
    return Word(
        "reasons.line",
        {"at": one.at, "name": name, "answer": answer, "reasons": reasons_of(ctx, one)[:2]},
    )

"""Picks the handler of an event: danger, sentence, open question, what goes on, the reading."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from itertools import chain
from types import ModuleType
from zoneinfo import ZoneInfo

from bot.understanding.talk import Talk
from handlers.kit import Context, Handler, Mark
from handlers.reading import Reading
from handlers.sentences import Sentences
from storage import claims, questions, requests
from storage.questions import Question

Recast = Callable[[Reading, str, Talk, datetime | None], Reading]


class Features:
    """The handlers of all features, by what they were marked to handle."""

    def __init__(self, modules: Iterable[ModuleType], listed: Mapping[str, Iterable[str]]) -> None:
        """``listed``: sentence name → forms (`bot.words.sentences`)."""
        self.hears: dict[str, tuple[Handler, float]] = {}
        self.sentences: dict[str, tuple[Handler, Mark]] = {}
        self.answers: dict[str, list[tuple[Handler, Mark]]] = {}
        self.rings: dict[str, Handler] = {}
        self.presses: dict[str, Handler] = {}
        self.dailies: dict[str, tuple[Handler, str]] = {}
        self.happens: dict[str, Handler] = {}
        self.returns: dict[str, Handler] = {}
        self.overhears: list[tuple[Handler, Mark]] = []
        self.asked: dict[str, str | None] = {}
        for module in modules:
            self._collect(module)
        self.ears = Sentences(
            {name: forms for name, forms in listed.items() if name in self.sentences}
        )

    def _collect(self, module: ModuleType) -> None:
        # A feature may be a package: its words are named after the package.
        feature = module.__name__.removeprefix("handlers.").partition(".")[0]
        # What a question sounds like to the reader (`Talk.asked`), by the feature's own word.
        self.asked.update(getattr(module, "ASKED", {}))
        for handler in list(vars(module).values()):
            # A feature may be a package; what it only imports from others is theirs.
            if not f"{getattr(handler, '__module__', '')}.".startswith(f"{module.__name__}."):
                continue
            for mark in getattr(handler, "marks", ()):
                self._place(feature, handler, mark)

    def _place(self, feature: str, handler: Handler, mark: Mark) -> None:
        match mark.how:
            case "hears":
                self.hears[mark.what] = (handler, mark.sure)
            case "sentence":
                self.sentences[f"{feature}.{mark.what}"] = (handler, mark)
            case "answers":
                self.answers.setdefault(mark.what, []).append((handler, mark))
            case "rings":
                self.rings[mark.what] = handler
            case "presses":
                self.presses[mark.what] = handler
            case "happens":
                self.happens[mark.what] = handler
            case "returns":
                self.returns[mark.what] = handler
            case "overhears":
                self.overhears.append((handler, mark))
            case "daily":
                self.dailies[f"{feature}.{handler.__name__}"] = (handler, mark.what)


def choose(ctx: Context, features: Features, recast: Recast) -> Handler | None:
    """The handler of a message, with `ctx` told what it needs; None is silence."""
    if ctx.reading.emergency is not None:
        return features.hears["emergency"][0]
    if handler := _by_sentence(ctx, features, recast):
        return handler
    if handler := _overheard(ctx, features, recast, plainly=True):
        return handler
    open_questions = questions.open_to(ctx.tx, ctx.who.id, ctx.now) if ctx.speaker else []
    if handler := _by_question(ctx, features, recast, open_questions):
        return handler
    if handler := _overheard(ctx, features, recast, plainly=False):
        return handler
    busy = _busy(ctx)
    if ctx.text and (any(busy) or ctx.quoted_number):
        ctx.reading = recast(ctx.reading, ctx.text, _talk(ctx, busy, asked=None), _said_at(ctx))
    return _with_fear(ctx, features, _by_act(ctx, features))


def _with_fear(ctx: Context, features: Features, handler: Handler | None) -> Handler | None:
    """Beside what the act calls for, the question whether somebody is in danger."""
    if ctx.reading.fear is None:
        return handler
    asks = features.hears["fear"][0]
    guesses = {features.hears[one][0] for one in ("unsure", "unheard") if one in features.hears}
    if handler is None or handler in guesses:
        return asks
    return lambda ctx: chain(asks(ctx), handler(ctx))


def _by_sentence(ctx: Context, features: Features, recast: Recast) -> Handler | None:
    plain = ctx.reading
    for heard in features.ears.matches(ctx.text):
        handler, mark = features.sentences[heard.name]
        if (ctx.late and not mark.late) or (heard.cut and not mark.long):
            continue
        ctx.slots, ctx.reading = heard.slots, plain
        if "when" in heard.slots:
            # Plain sentences are not searched for times; this one names one.
            ctx.reading = recast(plain, heard.slots["when"], Talk(asked="when"), _said_at(ctx))
        if mark.fits is None or mark.fits(ctx):
            return handler
    ctx.slots, ctx.reading = {}, plain
    return None


def _by_question(
    ctx: Context, features: Features, recast: Recast, open_questions: list[Question]
) -> Handler | None:
    """The newest open question that this message answers."""
    if not ctx.text and not (ctx.message and (ctx.message.voice or ctx.message.photos)):
        return None
    plain, busy = ctx.reading, None
    named = ctx.quoted_number or plain.refers
    for question in open_questions:
        if named and question.ref not in {0, named}:
            continue  # what is said of one number answers no question about another
        busy = busy or _busy(ctx)
        ctx.question = question
        asked = features.asked.get(question.kind, "yes_no")
        ctx.reading = recast(plain, ctx.text, _talk(ctx, busy, asked=asked), _said_at(ctx))
        for handler, mark in features.answers.get(question.kind, ()):
            if mark.fits is None or mark.fits(ctx):
                return handler
    ctx.question, ctx.reading = None, plain
    return None


def _overheard(
    ctx: Context, features: Features, recast: Recast, *, plainly: bool
) -> Handler | None:
    """Who handles this because of what is going on where it was said."""
    plain = ctx.reading
    for handler, mark in features.overhears:
        if mark.sure != plainly or mark.where is None or not ctx.text or not ctx.speaker:
            continue
        if mark.where(ctx):
            talk = _talk(ctx, _busy(ctx), asked=mark.what)
            ctx.reading = recast(plain, ctx.text, talk, _said_at(ctx))
            if mark.fits is None or mark.fits(ctx):
                return handler
    ctx.reading = plain
    return None


def _by_act(ctx: Context, features: Features) -> Handler | None:
    act: str = ctx.reading.act
    if ctx.message is not None and ctx.message.voice and not ctx.text:
        act = "voice"  # nobody here can listen to it
    handler, sure = features.hears.get(act, (None, 1.0))
    if handler is not None and ctx.reading.confidence >= sure:
        return handler
    if handler is not None and ctx.reading.confidence >= ctx.policy.listening.ask_sure:
        return features.hears.get("unsure", (None, 1.0))[0]
    # Said to the bot alone and understood by nobody: a feature may know a word of it.
    alone = bool(ctx.text) and not ctx.in_group
    return features.hears.get("unheard", (None, 1.0))[0] if alone else None


def _busy(ctx: Context) -> tuple[bool, bool]:
    """Whether the speaker holds a task, and has an unsettled request; kept until it changes."""
    if ctx.speaker is None:
        return False, False
    key = ("involved", ctx.speaker.id)
    if key not in ctx.tx.memo:
        person_id = ctx.speaker.id
        ctx.tx.memo[key] = (
            bool(
                claims.tasks(ctx.tx, person_id, (*requests.IN_HAND, "reopened", "done", "waiting"))
            ),
            requests.is_waiting(ctx.tx, person_id),
        )
    found: tuple[bool, bool] = ctx.tx.memo[key]
    return found


def _said_at(ctx: Context) -> datetime | None:
    """When it was said, by the wall clock of its place."""
    zone = ZoneInfo(ctx.place.zone if ctx.place else "Asia/Shanghai")
    return ctx.message.at.astimezone(zone) if ctx.message else None


def _talk(ctx: Context, busy: tuple[bool, bool], asked: str | None) -> Talk:
    quoted = ctx.message.quoted_text if ctx.message else None
    return Talk(asked=asked, holds_task=busy[0], has_request=busy[1], quoted=quoted)

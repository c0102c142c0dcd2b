"""What a feature is made of: events in, effects out, and the marks that say who handles what.

A handler is a plain generator over a `Context`. It changes rows through ``storage`` and yields
effects: `Say`, `Ask`, `Later`, `Never`. It holds no gateway and no clock.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, TypeAlias

from handlers.effects import (
    Alarm,
    Ask,
    Both,
    Effect,
    Errand,
    Later,
    Lines,
    Never,
    Say,
    Things,
    To,
    ToPerson,
    ToRoom,
    Word,
)
from handlers.events import (
    Befriended,
    Day,
    Deafened,
    FriendRequest,
    Happening,
    HearsAgain,
    Joined,
    Left,
    LoggedIn,
    LoggedOut,
    Message,
    Photo,
    Press,
    Renamed,
    Returned,
    RoomInvitation,
    Scan,
    Timer,
)
from handlers.policy import Policy
from handlers.reading import Act, Reading
from storage.db import Transaction
from storage.people import Person
from storage.places import Place
from storage.questions import Question
from storage.rooms import Room

__all__ = [
    "Alarm",
    "Ask",
    "Befriended",
    "Both",
    "Context",
    "Day",
    "Deafened",
    "Effect",
    "Errand",
    "FriendRequest",
    "Handler",
    "Happening",
    "HearsAgain",
    "Joined",
    "Later",
    "Left",
    "Lines",
    "LoggedIn",
    "LoggedOut",
    "Mark",
    "Message",
    "Never",
    "Photo",
    "Press",
    "Renamed",
    "Returned",
    "RoomInvitation",
    "Say",
    "Scan",
    "Sorry",
    "Things",
    "Timer",
    "To",
    "ToPerson",
    "ToRoom",
    "Word",
    "answers",
    "daily",
    "happens",
    "hears",
    "overhears",
    "presses",
    "returns",
    "rings",
    "sentence",
]


Handler: TypeAlias = Callable[["Context"], Iterator[Effect]]


class Sorry(Exception):  # noqa: N818  it is what the bot says
    """Undo this event and say why: ``raise Sorry("requests.gone", number=3)``."""

    def __init__(self, key: str, **values: Any) -> None:
        super().__init__(key)
        self.key = key
        self.values = values


@dataclass(slots=True)
class Context:
    """All that a handler may know about one event."""

    tx: Transaction
    now: datetime
    policy: Policy
    reading: Reading = field(default_factory=Reading)
    message: Message | None = None
    speaker: Person | None = None
    room: Room | None = None
    place: Place | None = None
    question: Question | None = None
    timer: Timer | None = None
    press: Press | None = None
    happening: Happening | None = None
    returned: Returned | None = None
    slots: Mapping[str, str] = field(default_factory=dict)
    quoted_number: int | None = None
    """The request that the quoted message is about, if the bot said that message or kept it."""
    late: bool = False

    @property
    def who(self) -> Person:
        """The speaker, where there must be one."""
        if self.speaker is None:
            raise LookupError("this event has no speaker")
        return self.speaker

    @property
    def asked(self) -> Question:
        """The question that this answers, in a handler of answers."""
        if self.question is None:
            raise LookupError("this event answers no question")
        return self.question

    @property
    def rung(self) -> Timer:
        """The timer, in a handler of timers."""
        if self.timer is None:
            raise LookupError("this event is no timer")
        return self.timer

    @property
    def came_back(self) -> Returned:
        """How the errand went, in a handler of errands."""
        if self.returned is None:
            raise LookupError("this event is no errand's return")
        return self.returned

    @property
    def text(self) -> str:
        return self.message.text if self.message else ""

    @property
    def in_group(self) -> bool:
        return self.room is not None and not self.room.private

    def reply(
        self, key: str, *, about: int | None = None, urgent: bool = False, **values: Any
    ) -> Say:
        """Answer where it was said; in a group the speaker is mentioned."""
        return Say(self.here(), key, values, about=about, urgent=urgent, direct=True)

    def here(self) -> To:
        """The conversation this event came from."""
        if self.room is not None and not self.room.private:
            return ToRoom(self.room.id, (self.who.id,) if self.speaker else ())
        return ToPerson(self.who.id)

    def tell(
        self,
        person_id: int,
        key: str,
        *,
        about: int | None = None,
        urgent: bool = False,
        **values: Any,
    ) -> Say:
        """Say something privately to one person."""
        return Say(ToPerson(person_id), key, values, about=about, urgent=urgent)

    def post(
        self,
        room_id: int,
        key: str,
        *,
        about: int | None = None,
        urgent: bool = False,
        **values: Any,
    ) -> Say:
        """Say something in a group."""
        return Say(ToRoom(room_id), key, values, about=about, urgent=urgent)


@dataclass(frozen=True, slots=True)
class Mark:
    """What a function was declared to handle."""

    how: Literal[
        "hears",
        "answers",
        "rings",
        "presses",
        "sentence",
        "daily",
        "happens",
        "returns",
        "overhears",
    ]
    what: str
    fits: Callable[[Context], bool] | None = None
    sure: float = 0.0
    where: Callable[[Context], bool] | None = None


def hears(
    *acts: Act | Literal["emergency", "unsure", "voice"], sure: float = 0.75
) -> Callable[[Handler], Handler]:
    """Handle messages of these acts, read at least as surely as ``sure``."""
    return _marks(Mark("hears", act, sure=sure) for act in acts)


def sentence(
    *names: str, fits: Callable[[Context], bool] | None = None
) -> Callable[[Handler], Handler]:
    """Handle the sentences listed under ``[hear.<name>]`` in the feature's words.

    Where ``fits`` says no, the message is read on as if no sentence had matched.
    """
    return _marks(Mark("sentence", name, fits=fits) for name in names)


def answers(question: str, fits: Callable[[Context], bool]) -> Callable[[Handler], Handler]:
    """Handle the answer to an open question, where ``fits`` says that this is one."""
    return _marks([Mark("answers", question, fits=fits)])


def overhears(
    asked: str,
    where: Callable[[Context], bool],
    fits: Callable[[Context], bool],
    *,
    plainly: bool = False,
) -> Callable[[Handler], Handler]:
    """Handle what is said ``where`` something is going on that gives it its meaning.

    There it is read as an answer to ``asked`` (`Talk.asked`), and handled if it then ``fits``.
    ``where`` is tried on every message: it must be quick. ``plainly``: so unmistakable that it
    comes before open questions.
    """
    return _marks([Mark("overhears", asked, fits=fits, where=where, sure=float(plainly))])


def rings(kind: str) -> Callable[[Handler], Handler]:
    """Handle timers of this kind."""
    return _marks([Mark("rings", kind)])


def presses(action: str) -> Callable[[Handler], Handler]:
    """Handle a button on a page."""
    return _marks([Mark("presses", action)])


def happens(*kinds: type[Happening]) -> Callable[[Handler], Handler]:
    """Handle what befell an account or a group: ``@happens(Joined)``.

    ``ctx.happening`` is it; ``ctx.room`` and ``ctx.speaker`` (its ``sender``) only if known.
    """
    return _marks(Mark("happens", kind.__name__) for kind in kinds)


def returns(what: str) -> Callable[[Handler], Handler]:
    """Handle how an errand of this kind went: ``ctx.came_back``."""
    return _marks([Mark("returns", what)])


def daily(clock: str) -> Callable[[Handler], Handler]:
    """Run every day at this wall-clock time (``"08:30"``) and at every start; idempotent."""
    return _marks([Mark("daily", clock)])


def _marks(marks: Iterable[Mark]) -> Callable[[Handler], Handler]:
    made = tuple(marks)

    def mark(handler: Handler) -> Handler:
        earlier: tuple[Mark, ...] = getattr(handler, "marks", ())
        handler.marks = earlier + made  # type: ignore[attr-defined]
        return handler

    return mark

"""What a feature is made of: events in, effects out, and the marks that say who handles what.

A handler is a plain generator over a `Context`. It changes rows through ``storage`` and yields
effects: `Say`, `Ask`, `Later`, `Never`. It holds no gateway and no clock.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

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
    SignOfLife,
    Timer,
)
from handlers.marks import (
    Handler,
    Mark,
    answers,
    daily,
    happens,
    hears,
    overhears,
    presses,
    returns,
    rings,
    sentence,
)
from handlers.policy import Policy
from handlers.reading import Reading
from storage import people, places
from storage.db import Transaction
from storage.people import Person
from storage.places import Place
from storage.questions import Question
from storage.requests import Request
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
    "SignOfLife",
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


class Sorry(Exception):  # noqa: N818  it is what the bot says
    """Undo this event and say why: ``raise Sorry("requests.gone", number=3)``.

    ``Sorry(…).in_private()`` says it privately, also where the message came from a group.
    """

    def __init__(self, key: str, **values: Any) -> None:
        super().__init__(key)
        self.key = key
        self.values = values
        self.private = False

    def in_private(self) -> Sorry:
        self.private = True
        return self


@dataclass(slots=True)
class Context:
    """All that a handler may know about one event."""

    tx: Transaction
    now: datetime
    everywhere: Policy
    """The policy of whoever has none of their own."""
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
    def policy(self) -> Policy:
        """The policy of the place that this event came from."""
        return self.policy_at(self.place.id if self.place else None)

    def policy_at(self, place_id: int | None) -> Policy:
        """The policy of a place: its own, or that of the nearest around it which has one."""
        if not self.everywhere.places:
            return self.everywhere
        return self.everywhere.of(places.chain(self.tx, place_id))

    def rules(self, request: Request) -> Policy:
        """The policy of the place that a request belongs to, wherever it is spoken of."""
        return self.policy_at(request.place_id)

    def policy_of(self, person_id: int) -> Policy:
        """The policy of the place where somebody lives."""
        return self.policy_at(people.get(self.tx, person_id).place_id)

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

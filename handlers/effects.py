"""What a handler yields: things to say and ask, deadlines to set and take back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal, TypeAlias

from handlers.events import Photo


@dataclass(frozen=True, slots=True)
class Word:
    """A value that is itself a text key, spoken in the listener's language."""

    key: str
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Both:
    """A name in both languages; where ``en`` is empty the Chinese one serves."""

    zh: str
    en: str = ""


@dataclass(frozen=True, slots=True)
class Things:
    """Items to be named in the listener's language, with their amounts."""

    items: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Lines:
    """Values spoken one to a line."""

    lines: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class ToPerson:
    """Said privately to one person; ``not_by`` a gateway that does not work at present."""

    person_id: int
    not_by: str = ""


@dataclass(frozen=True, slots=True)
class ToRoom:
    """Said in a group; ``mention`` are people to name with @."""

    room_id: int
    mention: tuple[int, ...] = ()


To: TypeAlias = ToPerson | ToRoom


@dataclass(frozen=True, slots=True)
class Say:
    """Say the text ``key`` to ``to``.

    ``about``: the request number it belongs to. ``urgent``: overtakes and knows no quiet hours.
    ``direct``: answers what the listener just asked, so no cap holds it back. ``fresh``: how long
    it is still worth sending. ``batch``: the sending to many that it is part of.
    """

    to: To
    key: str
    values: Mapping[str, Any] = field(default_factory=dict)
    about: int | None = None
    urgent: bool = False
    direct: bool = False
    fresh: timedelta | None = None
    photos: tuple[Photo, ...] = ()
    batch: int | None = None


@dataclass(frozen=True, slots=True)
class Ask(Say):
    """Say something and remember that ``person_id`` was asked: the answer finds ``question``."""

    person_id: int = 0
    question: str = ""
    ref: int = 0
    data: Mapping[str, Any] = field(default_factory=dict)
    wait: timedelta = timedelta(hours=72)


@dataclass(frozen=True, slots=True)
class Later:
    """Ring ``kind`` at ``due``; the same ``key`` set again moves it."""

    key: str
    due: datetime
    kind: str
    ref: int = 0
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Never:
    """Take back the timer of this key, or every one that begins so, where it ends with ``:``."""

    prefix: str


@dataclass(frozen=True, slots=True)
class Errand:
    """Do something on a gateway besides talking; how it went comes back to `returns(what)`.

    ``accept_friend`` and ``accept_invitation`` need ``data["id"]``; ``make_room`` needs
    ``data["members"]`` (the gateway's ids) and ``data["topic"]``, and brings the conversation.
    ``draw_readings`` and ``drop_pictures`` go to ``storage.errands.PICTURES``.
    """

    gateway: str
    what: Literal[
        "accept_friend", "accept_invitation", "make_room", "draw_readings", "drop_pictures"
    ]
    data: Mapping[str, Any]
    ref: int = 0
    wait: timedelta = timedelta()


@dataclass(frozen=True, slots=True)
class Alarm:
    """Tell whoever runs the bot by the road outside all gateways, in both languages."""

    key: str
    values: Mapping[str, Any] = field(default_factory=dict)


Effect: TypeAlias = Say | Later | Never | Errand | Alarm

"""A message as the bot understood it: the fields every handler may ask about.

The shapes are those of ``linbang hear --json``; the reader in ``bot/understanding`` fills them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal, Self

Act = Literal[
    "need",
    "offer",
    "report",
    "question",
    "claim",
    "release",
    "arrived",
    "done",
    "confirm",
    "reopen",
    "cancel",
    "well",
    "unwell",
    "vouch",
    "command",
    "chat",
]
Danger = Literal[
    "medical", "fire", "gas", "violence", "trapped", "missing", "self_harm", "electric"
]
Category = Literal[
    "medicine",
    "medical",
    "repair",
    "supplies",
    "care",
    "mental",
    "transport",
    "rescue",
    "shelter",
    "hands",
    "dispute",
    "sanitation",
    "safety",
    "info",
    "other",
]
Urgency = Literal["urgent", "normal", "low"]
PersonKind = Literal["elder", "child", "pregnant", "patient", "disabled", "self", "other"]


@dataclass(frozen=True, slots=True)
class Item:
    """A thing or service named: ``text`` as written, ``name`` canonical (``布洛芬``), how many."""

    text: str
    name: str
    quantity: float | None = None
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in words: parts as plain digits or letters, ``text`` the widest span naming it."""

    building: str | None = None
    unit: str | None = None
    floor: str | None = None
    room: str | None = None
    text: str | None = None

    def __bool__(self) -> bool:
        return any((self.building, self.unit, self.floor, self.room, self.text))


@dataclass(frozen=True, slots=True)
class ForWhom:
    """The person a message is about: words, age in years, kind."""

    text: str | None = None
    age: float | None = None
    kind: PersonKind | None = None


@dataclass(frozen=True, slots=True)
class When:
    """A time in words and, given the time of sending, the instant (``start``) or interval meant.

    ``start`` and ``end`` are ISO 8601 strings with the sender's offset, or None.
    """

    text: str
    start: str | None = None
    end: str | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """One message, read. Empty fields mean the message does not say."""

    act: Act = "chat"
    emergency: Danger | None = None
    category: Category | None = None
    items: tuple[Item, ...] = ()
    place: Spot = field(default_factory=Spot)
    phone: tuple[str, ...] = ()
    person: ForWhom = field(default_factory=ForWhom)
    when: When | None = None
    urgency: Urgency = "normal"
    refers: int | None = None
    confidence: float = 0.0
    fear: Danger | None = None
    """A danger that is likely and not sure: the bot asks. `hear` does not print it."""

    def but(self, **changes: Any) -> Self:
        """The same reading with some fields changed."""
        return replace(self, **changes)

    def as_json(self) -> dict[str, Any]:
        """The reading as ``hear --json`` prints it: exactly the documented fields."""
        out = asdict(self)
        del out["fear"]
        out["items"] = [asdict(item) for item in self.items]
        out["phone"] = list(self.phone)
        return out


def from_json(kept: Mapping[str, Any]) -> Reading:
    """The reading that `Reading.as_json` wrote."""
    when = kept.get("when")
    return Reading(
        **{
            **kept,
            "items": tuple(Item(**one) for one in kept.get("items", ())),
            "place": Spot(**kept.get("place", {})),
            "phone": tuple(kept.get("phone", ())),
            "person": ForWhom(**kept.get("person", {})),
            "when": When(**when) if when else None,
        }
    )

"""The marks that say what a handler handles: ``@hears`` ``@answers`` ``@rings`` and so on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from handlers.effects import Effect
from handlers.events import Happening
from handlers.reading import Act

if TYPE_CHECKING:
    from handlers.kit import Context

Handler: TypeAlias = Callable[["Context"], Iterator[Effect]]


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
    late: bool = False
    long: bool = False


def hears(
    *acts: Act | Literal["emergency", "fear", "unsure", "unheard", "voice"], sure: float = 0.75
) -> Callable[[Handler], Handler]:
    """Handle messages of these acts, read at least as surely as ``sure``.

    ``fear`` is a danger that is likely and not sure; ``unheard`` is what somebody wrote to the bot
    alone and nothing else handles.
    """
    return _marks(Mark("hears", act, sure=sure) for act in acts)


def sentence(
    *names: str,
    fits: Callable[[Context], bool] | None = None,
    late: bool = False,
    long: bool = False,
) -> Callable[[Handler], Handler]:
    """Handle the sentences listed under ``[hear.<name>]`` in the feature's words.

    Where ``fits`` says no, the message is read on as if this sentence had not matched. ``late``:
    heard even where the message comes long after it was said. ``long``: it carries a text of any
    length, which the handler takes from the message itself.
    """
    return _marks(Mark("sentence", name, fits=fits, late=late, long=long) for name in names)


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

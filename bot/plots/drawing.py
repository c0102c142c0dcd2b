"""Draws readings over days: a panel a kind, limits as broken lines, what is beyond them ringed."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil, floor, log10
from zoneinfo import ZoneInfo

from PIL import Image, ImageDraw

from bot.plots.fonts import Face

WIDE, HEAD, TALL = 900, 64, 300
"""Pixels of the picture: its width, its heading, and each panel."""
TWICE = 2
"""Drawn in double size and made smaller, so that lines are smooth."""
_LEFT, _RIGHT, _TOP, _BOTTOM = 78, 28, 46, 44
_INK, _FAINT, _LIMIT = "#22272e", "#d5d9de", "#c0392b"
_COLOURS = ("#1f6feb", "#0a7d55")
MOST_TICKS = 7


@dataclass(frozen=True, slots=True)
class Line:
    """One value over time: ``points`` are (when, how much), ``limits`` the lowest and highest."""

    label: str
    points: Sequence[tuple[datetime, float]]
    limits: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Panel:
    """One kind of reading: its title with the unit, and its lines."""

    title: str
    lines: Sequence[Line]


@dataclass(frozen=True, slots=True)
class Plot:
    """A whole picture; ``day`` writes a date: ``{month}月{day}日``."""

    heading: str
    panels: Sequence[Panel]
    since: datetime
    until: datetime
    zone: ZoneInfo
    day: str


def draw(plot: Plot, face: Face) -> bytes:
    """The picture as PNG."""
    tall = HEAD + TALL * len(plot.panels)
    image = Image.new("RGB", (WIDE * TWICE, tall * TWICE), "white")
    pen = _Pen(ImageDraw.Draw(image), face)
    pen.text(24, 20, plot.heading, 24)
    for number, panel in enumerate(plot.panels):
        _Frame(pen, plot, panel, HEAD + number * TALL).draw()
    out = io.BytesIO()
    image.resize((WIDE, tall), Image.Resampling.LANCZOS).save(out, "PNG", optimize=True)
    return out.getvalue()


class _Pen:
    """Draws in the picture's own pixels, whatever size it is drawn in."""

    def __init__(self, canvas: ImageDraw.ImageDraw, face: Face) -> None:
        self._canvas, self._face = canvas, face

    def text(
        self, x: float, y: float, words: str, size: int, *, colour: str = _INK, anchor: str = "la"
    ) -> None:
        """Letters that the font has; never an empty box."""
        font = self._face.at(size * TWICE)
        at = (x * TWICE, y * TWICE)
        self._canvas.text(at, self._face.drawable(words), colour, font, anchor=anchor)

    def wide(self, words: str, size: int) -> float:
        return float(self._face.at(size * TWICE).getlength(self._face.drawable(words))) / TWICE

    def line(self, points: Sequence[tuple[float, float]], colour: str, width: float = 1) -> None:
        scaled = [(x * TWICE, y * TWICE) for x, y in points]
        self._canvas.line(scaled, colour, round(width * TWICE), joint="curve")

    def broken(self, left: float, right: float, y: float, colour: str) -> None:
        x = left
        while x < right:
            self.line([(x, y), (min(x + 8, right), y)], colour)
            x += 14

    def dot(self, x: float, y: float, colour: str, *, ringed: bool) -> None:
        self._round(x, y, 3.5, fill=colour)
        if ringed:
            self._round(x, y, 8, outline=_LIMIT)

    def _round(
        self, x: float, y: float, radius: float, *, fill: str | None = None, outline: str = ""
    ) -> None:
        ends = [(one * TWICE) for one in (x - radius, y - radius, x + radius, y + radius)]
        self._canvas.ellipse(ends, fill, outline or None, width=2 * TWICE if outline else 0)


class _Frame:
    """One panel: from days and values to pixels."""

    def __init__(self, pen: _Pen, plot: Plot, panel: Panel, top: float) -> None:
        self._pen, self._plot, self._panel = pen, plot, panel
        self._up, self._down = top + _TOP, top + TALL - _BOTTOM
        self._ticks = list(ticks(*self._ends()))

    def _ends(self) -> tuple[float, float]:
        """Of the values and of those limits that are not far off."""
        values = [value for line in self._panel.lines for _, value in line.points]
        low, high = min(values), max(values)
        near = max((high - low) * 0.75, (low + high) * 0.08)
        limits = [end for line in self._panel.lines for end in line.limits or ()]
        close = [end for end in limits if low - near <= end <= high + near]
        return min(low, *close, high), max(low, high, *close)

    def draw(self) -> None:
        self._pen.text(24, self._up - 38, self._panel.title, 18)
        self._legend()
        for value in self._ticks:
            y = self._y(value)
            self._pen.line([(_LEFT, y), (WIDE - _RIGHT, y)], _FAINT)
            self._pen.text(_LEFT - 10, y, f"{value:g}", 14, anchor="rm")
        for day, at in self._days():
            self._pen.line([(self._x(at), self._down), (self._x(at), self._down + 5)], _INK)
            self._pen.text(self._x(at), self._down + 10, day, 14, anchor="ma")
        for line, colour in zip(self._panel.lines, _COLOURS, strict=False):
            self._line(line, colour)

    def _legend(self) -> None:
        x = float(WIDE - _RIGHT)
        pairs = list(zip(self._panel.lines, _COLOURS, strict=False))
        for line, colour in reversed(pairs if len(pairs) > 1 else []):
            x -= self._pen.wide(line.label, 14)
            self._pen.text(x, self._up - 30, line.label, 14)
            x -= 14
            self._pen.dot(x, self._up - 21, colour, ringed=False)
            x -= 20

    def _line(self, line: Line, colour: str) -> None:
        low, high = line.limits or (float("-inf"), float("inf"))
        for end in (low, high):
            if self._ticks[0] <= end <= self._ticks[-1]:
                self._pen.broken(_LEFT, WIDE - _RIGHT, self._y(end), _LIMIT)
        points = [(self._x(at), self._y(value)) for at, value in line.points]
        if len(points) > 1:
            self._pen.line(points, colour, 2)
        for (x, y), (_, value) in zip(points, line.points, strict=True):
            self._pen.dot(x, y, colour, ringed=not low <= value <= high)

    def _days(self) -> Iterator[tuple[str, datetime]]:
        """Midnights to be named, at most seven of them."""
        plot = self._plot
        first = plot.since.astimezone(plot.zone)
        day = first.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
        every = max(1, ceil((plot.until - plot.since).days / MOST_TICKS))
        while day <= plot.until:
            yield plot.day.format(month=day.month, day=day.day), day
            day += timedelta(days=every)

    def _x(self, at: datetime) -> float:
        share = (at - self._plot.since) / (self._plot.until - self._plot.since)
        return _LEFT + share * (WIDE - _LEFT - _RIGHT)

    def _y(self, value: float) -> float:
        low, high = self._ticks[0], self._ticks[-1]
        return self._down - (value - low) / (high - low) * (self._down - self._up)


def ticks(low: float, high: float) -> Iterator[float]:
    """Round values from just below the lowest to just above the highest, about five of them."""
    if high - low < 0.05:  # readings have one decimal
        low, high = low - 1, high + 1
    rough = (high - low) / 4
    size = 10.0 ** floor(log10(rough))
    step = next(one * size for one in (1, 2, 5, 10) if one * size >= rough)
    number = floor(low / step)
    while True:
        value = round(number * step, 6)
        yield value
        if value >= high:
            return
        number += 1

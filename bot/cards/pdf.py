"""Draws contact cards as a PDF: eight on a sheet of A4, with lines to cut along."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from pathlib import Path

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFError, TTFont
from reportlab.pdfgen.canvas import Canvas

from bot.cards.households import Card
from bot.cards.qr import scanned

ACROSS, DOWN = 2, 4
_WIDTH, _HEIGHT = A4[0] / ACROSS, A4[1] / DOWN
_EDGE = 7 * mm
_CODE = 28 * mm
_BUILT_IN = "STSong-Light"
"""Every reader of PDF brings its own shape of this font; a font that is given is embedded."""
_LATIN = "Helvetica"
_CLOSING = set("，。；：？！）”、")


class BadFont(ValueError):  # noqa: N818
    """The font cannot be put into a PDF."""


def as_pdf(cards: Sequence[Card], font: Path | None = None) -> bytes:
    """The file. ``font``: a TrueType font with Chinese letters, to be embedded; BadFont if none."""
    out = io.BytesIO()
    sheet = Canvas(out, pagesize=A4, invariant=True)
    sheet.setTitle("邻帮 Linbang")
    name = _font(font)
    for index, card in enumerate(cards):
        at = index % (ACROSS * DOWN)
        if index and at == 0:
            sheet.showPage()
        left, top = at % ACROSS * _WIDTH, A4[1] - at // ACROSS * _HEIGHT
        _draw(sheet, name, card, left, top)
    sheet.save()
    return out.getvalue()


def _font(path: Path | None) -> str:
    if path is None:
        pdfmetrics.registerFont(UnicodeCIDFont(_BUILT_IN))
        return _BUILT_IN
    try:
        pdfmetrics.registerFont(TTFont(path.stem, str(path)))
    except (TTFError, OSError) as wrong:
        raise BadFont(f"{path}: {wrong}; a .ttf with Chinese letters is needed") from wrong
    return path.stem


def _shape(words: str, font: str) -> str:
    """The built-in Chinese font sets Latin letters badly: words of nothing else have their own."""
    is_latin = words.isascii() or words.encode("cp1252", "ignore").decode("cp1252") == words
    return _LATIN if font == _BUILT_IN and is_latin else font


class _Pen:
    """Writes line under line into a column of a sheet, from its top left corner."""

    def __init__(self, sheet: Canvas, font: str, x: float, y: float) -> None:
        self.sheet, self.font, self.x, self.y = sheet, font, x, y

    def line(self, words: str, size: float, wide: float) -> None:
        """One line, smaller if it would not fit."""
        font = _shape(words, self.font)
        needed = pdfmetrics.stringWidth(words, font, size)
        self.sheet.setFont(font, size * min(1, wide / needed) if needed else size)
        self.sheet.drawString(self.x, self.y - size, words)
        self.y -= size * 1.4

    def lines(self, words: str, size: float, wide: float) -> None:
        """As many lines as it takes."""
        for line in _broken(words, _shape(words, self.font), size, wide):
            self.line(line, size, wide)


def _draw(sheet: Canvas, font: str, card: Card, left: float, top: float) -> None:
    """One card, its corner at ``left``, ``top``."""
    sheet.setLineWidth(0.3)
    sheet.setDash(2, 2)
    sheet.rect(left, top - _HEIGHT, _WIDTH, _HEIGHT)
    sheet.setDash()
    pen = _Pen(sheet, font, left + _EDGE, top - _EDGE)
    wide = _WIDTH - 2 * _EDGE
    beside = wide - _CODE - 2 * mm
    pen.line(card.heading, 15, beside)
    pen.line(card.household, 10, beside)
    pen.y -= 1 * mm
    for role, name, number in card.team:
        pen.line(f"{role}  {name}  {number}", 11, beside)
    _code(sheet, card.contact, left + _WIDTH - _EDGE - _CODE, top - _EDGE - _CODE)
    pen.y = min(pen.y, top - _EDGE - _CODE) - 1 * mm
    pen.lines("   ".join(f"{what} {number}" for what, number in card.danger), 11, wide)
    pen.lines(card.how, 8, wide)


def _broken(words: str, font: str, size: float, wide: float) -> Iterator[str]:
    """Lines that fit: Latin words stay whole, Chinese breaks anywhere."""
    line = ""
    for piece in _pieces(words):
        if line.strip() and pdfmetrics.stringWidth(line + piece, font, size) > wide:
            yield line.strip()
            line = ""
        line += piece
    if line.strip():
        yield line.strip()


def _pieces(words: str) -> Iterator[str]:
    """What a line may end behind; never in front of a mark that closes something."""
    piece = ""
    for letter, after in zip(words, [*words[1:], ""], strict=True):
        piece += letter
        if (letter == " " or letter > "\u2e80") and after not in _CLOSING:
            yield piece
            piece = ""
    yield piece


def _code(sheet: Canvas, text: str, x: float, y: float) -> None:
    rows = scanned(text)
    square = _CODE / len(rows)
    drawn = sheet.beginPath()
    for down, row in enumerate(rows):
        for across, dark in enumerate(row):
            if dark:
                drawn.rect(x + across * square, y + _CODE - (down + 1) * square, square, square)
    sheet.drawPath(drawn, stroke=0, fill=1)

"""The QR code of a card, as the squares that are dark."""

from __future__ import annotations

from collections.abc import Sequence

import segno

QUIET = 4
"""Light squares around a code, as its standard asks."""


def scanned(text: str) -> list[Sequence[int]]:
    """Rows of squares, 1 where dark, with the quiet zone."""
    code = segno.make(text, error="m", micro=False)
    return [bytes(row) for row in code.matrix_iter(border=QUIET)]


def as_svg(text: str) -> str:
    """The code as an SVG element to stand in a page, without a style of its own."""
    rows = scanned(text)
    path = "".join(
        f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark
    )
    size = len(rows)
    return (
        f'<svg class="code" viewBox="0 0 {size} {size}" role="img" aria-label="QR">'
        f'<path fill="#fff" d="M0 0h{size}v{size}h-{size}z"/><path fill="#000" d="{path}"/></svg>'
    )

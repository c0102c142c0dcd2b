"""A font with the letters that labels need: named in the settings, or found on the machine."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from PIL import ImageFont
from PIL.ImageFont import FreeTypeFont

KNOWN = (
    "NotoSansCJKsc-Regular.otf",
    "NotoSansCJK-Regular.ttc",
    "NotoSansSC*.[ot]tf",
    "SourceHanSans*-Regular.[ot]t[fc]",
    "wqy-microhei.ttc",
    "wqy-zenhei.ttc",
    "NotoSerifCJK-Regular.ttc",
    "DroidSansFallback*.ttf",
    "uming.ttc",
    "ukai.ttc",
    "PingFang.ttc",
    "STHeiti Light.ttc",
    "msyh.ttc",
    "simhei.ttf",
)
"""Fonts with Chinese letters that systems bring along, the best first."""
NO_LETTER = "\uffff"
"""No font has it: what is drawn for it is the font's empty box."""
FACES = 12
"""So many faces of a collection are looked at."""


class NoFont(LookupError):  # noqa: N818
    """The named font cannot be read, or lacks letters that are needed."""


@dataclass(frozen=True, slots=True)
class Face:
    """One face of a font file; ``path`` None is the Latin one that Pillow carries."""

    path: Path | None = None
    index: int = 0

    def at(self, size: float) -> FreeTypeFont:
        """The face in a size, in pixels."""
        return _opened(self.path, self.index, size)

    @property
    def is_chinese(self) -> bool:
        return self.path is not None

    def missing(self, text: str) -> str:
        """The letters that would be drawn as the empty box."""
        font = self.at(24)
        box = _shape(font, NO_LETTER)
        return "".join(sorted({one for one in text if one.strip() and _shape(font, one) == box}))

    def drawable(self, text: str) -> str:
        """The text without what would be an empty box."""
        gone = self.missing(text)
        return "".join(one for one in text if one not in gone)


LATIN = Face()


@cache
def _opened(path: Path | None, index: int, size: float) -> FreeTypeFont:
    if path is None:
        found = ImageFont.load_default(size)
        if not isinstance(found, FreeTypeFont):
            raise NoFont("Pillow was built without FreeType: it can write no letters")
        return found
    return ImageFont.truetype(str(path), size, index=index)


def _shape(font: FreeTypeFont, letter: str) -> tuple[tuple[int, int], bytes]:
    mask = font.getmask(letter, mode="1")
    return mask.size, bytes(mask)


def find(named: str, needed: str) -> Face:
    """The face to draw with: the named file, else one of the machine's that has all the letters.

    Raises NoFont where a named file does not do, or where the machine has none.
    """
    if named:
        return _fitting(Path(named).expanduser(), needed)
    for path in found_on_machine():
        try:
            return _fitting(path, needed)
        except NoFont:
            continue
    raise NoFont("no font with Chinese letters was found on this machine")


def _fitting(path: Path, needed: str) -> Face:
    """The first face of a file that has all the letters, the simplified Chinese one if there is."""
    faces, lacks = [], ""
    for index in range(FACES):
        face = Face(path, index)
        try:
            name = face.at(24).getname()[0] or ""
        except OSError as why:
            if index == 0:
                raise NoFont(f"{path}: {why}") from why
            break
        lacks = face.missing(needed)
        if not lacks:
            faces.append(("SC" not in name, index, face))
        if path.suffix.lower() != ".ttc":
            break
    if not faces:
        raise NoFont(f"{path} lacks {lacks}")
    return min(faces, key=lambda one: one[:2])[2]


def found_on_machine() -> Iterator[Path]:
    """Files of known names in the folders where systems keep fonts, the best first."""
    every = [path for folder in folders() for path in sorted(folder.rglob("*.[ot]t[fc]"))]
    for name in KNOWN:
        yield from (path for path in every if path.match(name))


def folders() -> list[Path]:
    """Where fonts are: the user's own, and those of the system."""
    home, data = Path.home(), os.environ.get("XDG_DATA_DIRS", "/usr/local/share:/usr/share")
    named = [
        home / ".fonts",
        home / ".local/share/fonts",
        *(Path(one) / "fonts" for one in data.split(":") if one),
        Path("/System/Library/Fonts"),
        Path("/Library/Fonts"),
        Path("C:/Windows/Fonts"),
    ]
    return [one for one in dict.fromkeys(named) if one.is_dir()]

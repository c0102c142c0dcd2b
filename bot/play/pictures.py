"""Pictures of a transcript: painted, read from a file, or no picture at all."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable
from pathlib import Path

from PIL import Image

from bot.media import MediaStore, NotAPhoto
from handlers.kit import Photo


def pictures(names: Iterable[str], folder: Path, store: MediaStore) -> tuple[Photo, ...]:
    """As a gateway hands them on: what is no picture is left out. ValueError: no such file."""
    found = []
    for name in names:
        try:
            found.append(store.save(_bytes(name, folder)))
        except NotAPhoto:
            continue
    return tuple(found)


def _bytes(name: str, folder: Path) -> bytes:
    if name.lower() in {"bad", "broken", "坏的", "坏图"}:
        return b"this is not a photo"
    if not Path(name).suffix:
        return _painted(name)
    try:
        return (folder / name).read_bytes()
    except OSError as wrong:
        raise ValueError(f"the photo {name} cannot be read: {wrong.strerror}") from wrong


def _painted(name: str) -> bytes:
    """A small picture of its own for each name."""
    color = hashlib.sha256(name.encode()).digest()
    out = io.BytesIO()
    Image.new("RGB", (16, 16), (color[0], color[1], color[2])).save(out, "PNG")
    return out.getvalue()

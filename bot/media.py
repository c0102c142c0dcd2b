"""Photos by content: checked, stripped of where they were taken, scaled, and stored once."""

from __future__ import annotations

import hashlib
import io
import os
import re
import tempfile
from pathlib import Path

from PIL import Image, ImageOps, UnidentifiedImageError

from handlers.kit import Photo

MOST_BYTES = 25 * 1024 * 1024
MOST_PIXELS = 40_000_000
LONGEST_SIDE = 1600
FORMATS = ("JPEG", "PNG", "WEBP", "GIF")

_DIGEST = re.compile(r"[0-9a-f]{64}")
_PNG = b"\x89PNG\r\n\x1a\n"


class NotAPhoto(ValueError):  # noqa: N818  it is what is said
    """These bytes are no picture that can be kept; ``reason`` is one of
    ``empty``, ``too_big``, ``too_many_pixels``, ``not_an_image``."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def media_type(data: bytes) -> str:
    """The type of a stored picture: everything is kept as JPEG, or PNG where it is see-through."""
    return "image/png" if data.startswith(_PNG) else "image/jpeg"


class MediaStore:
    """A folder of pictures, each named by the SHA-256 of its bytes.

    Its methods block (decoding, disk): call them through ``asyncio.to_thread``.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def save(self, data: bytes) -> Photo:
        """Keep a picture (JPEG, PNG, WebP or GIF, at most 25 MB and 40 megapixels).

        The same picture saved twice is stored once. Raises `NotAPhoto`.
        """
        clean = _redrawn(data)
        digest = hashlib.sha256(clean).hexdigest()
        self._write(self._at(digest), clean)
        return Photo(digest, media_type(clean))

    def keep(self, png: bytes) -> Photo:
        """Keep a picture that the bot drew itself, as it is."""
        digest = hashlib.sha256(png).hexdigest()
        self._write(self._at(digest), png)
        return Photo(digest, media_type(png))

    def drop(self, digest: str) -> None:
        """Throw a picture away, if it is there."""
        self._at(digest).unlink(missing_ok=True)

    def path(self, photo: Photo) -> Path:
        """Where the picture's file is. Raises KeyError for what is no digest."""
        return self._at(photo.digest)

    def read(self, digest: str) -> bytes:
        """The picture's bytes. Raises KeyError if there is none of this digest."""
        try:
            return self._at(digest).read_bytes()
        except FileNotFoundError:
            raise KeyError(digest) from None

    def _at(self, digest: str) -> Path:
        if not _DIGEST.fullmatch(digest):
            raise KeyError(digest)
        return self.folder / digest[:2] / digest

    def _write(self, path: Path, data: bytes) -> None:
        if path.exists():
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, draft = tempfile.mkstemp(dir=path.parent, prefix=".draft-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            Path(draft).replace(path)
        except BaseException:
            Path(draft).unlink(missing_ok=True)
            raise


def _redrawn(data: bytes) -> bytes:
    """Draw the picture anew, so that nothing but its pixels survives."""
    if not data:
        raise NotAPhoto("empty")
    if len(data) > MOST_BYTES:
        raise NotAPhoto("too_big")
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as found:
            if found.width * found.height > MOST_PIXELS:
                raise NotAPhoto("too_many_pixels")
            # JPEG can be decoded at a fraction of its size: much less memory for big photos.
            found.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
            upright = ImageOps.exif_transpose(found)
            see_through = upright.has_transparency_data
            picture = upright.convert("RGBA" if see_through else "RGB")
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise NotAPhoto("too_many_pixels") from None
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError) as error:
        if isinstance(error, NotAPhoto):
            raise
        raise NotAPhoto("not_an_image") from error
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    return _encoded(picture, "PNG" if see_through else "JPEG")


def _encoded(picture: Image.Image, form: str) -> bytes:
    # A fresh image carries no comment, profile or text chunk of the old one.
    bare = Image.new(picture.mode, picture.size)
    bare.paste(picture)
    out = io.BytesIO()
    bare.save(out, form, quality=85, optimize=True)
    return out.getvalue()

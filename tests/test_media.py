"""Photos are checked, lose where they were taken, are scaled and stored by content."""

import io
from pathlib import Path

import pytest
from PIL import Image

from bot.media import LONGEST_SIDE, MediaStore, NotAPhoto
from handlers.kit import Photo


@pytest.fixture
def store(tmp_path: Path) -> MediaStore:
    return MediaStore(tmp_path / "media")


def picture(size=(60, 40), form="PNG", mode="RGB", colour="tomato", **how) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, colour).save(out, form, **how)
    return out.getvalue()


def opened(store: MediaStore, photo: Photo) -> Image.Image:
    return Image.open(io.BytesIO(store.read(photo.digest)))


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "GIF"])
def test_a_picture_is_kept_and_read_back(store, form):
    photo = store.save(picture(form=form))
    assert opened(store, photo).size == (60, 40)
    assert store.path(photo).read_bytes() == store.read(photo.digest)


def test_the_same_picture_is_stored_once(store):
    assert store.save(picture()) == store.save(picture())
    assert len([file for file in store.folder.rglob("*") if file.is_file()]) == 1


def test_where_it_was_taken_is_gone(store):
    exif = Image.Exif()
    exif[0x0110] = "A Telling Camera"
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (32.0, 0.0, 0.0)
    photo = store.save(picture(form="JPEG", exif=exif, comment=b"my home"))
    kept = store.read(photo.digest)
    assert not opened(store, photo).getexif()
    assert b"Telling" not in kept
    assert b"my home" not in kept


def test_a_sideways_photo_is_set_upright(store):
    exif = Image.Exif()
    exif[0x0112] = 6
    assert opened(store, store.save(picture(form="JPEG", exif=exif))).size == (40, 60)


def test_a_large_photo_is_scaled_for_viewing(store):
    photo = store.save(picture((4000, 3000), "JPEG"))
    assert opened(store, photo).size == (LONGEST_SIDE, 1200)


def test_a_see_through_picture_stays_see_through(store):
    photo = store.save(picture(mode="RGBA", colour=(255, 0, 0, 90)))
    assert photo.media_type == "image/png"
    assert opened(store, photo).mode == "RGBA"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b"<svg onload=alert(1)>", "not_an_image"),
        (b"\x89PNG\r\n\x1a\n", "not_an_image"),
        (picture((300, 300), "JPEG")[:400], "not_an_image"),
        (picture(form="BMP"), "not_an_image"),
        (bytes(25 * 1024 * 1024 + 1), "too_big"),
        (picture((8000, 6000), mode="1", colour=1), "too_many_pixels"),
        (picture((12000, 9000), mode="1", colour=1), "too_many_pixels"),
    ],
    ids=["empty", "markup", "only a head", "cut off", "bitmap", "26 MB", "48 MP", "108 MP"],
)
def test_what_is_no_photo_is_refused_with_a_reason(store, data, reason):
    with pytest.raises(NotAPhoto) as refusal:
        store.save(data)
    assert refusal.value.reason == reason
    assert not store.folder.exists()


@pytest.mark.parametrize("digest", ["", "../../etc/passwd", "0" * 64, "A" * 64])
def test_an_unknown_photo_is_not_found(store, digest):
    with pytest.raises(KeyError):
        store.read(digest)

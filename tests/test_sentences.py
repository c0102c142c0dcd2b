"""Sentences as data: what is heard, whatever is spared in looking."""

import csv
from pathlib import Path

import pytest

from bot import words
from handlers.sentences import Sentences, tidy

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def ears() -> Sentences:
    return Sentences(words.sentences(words.load()))


def said() -> set[str]:
    """All that is said in the transcripts and in the messages for the reader."""
    lines = [
        line for one in HERE.glob("chats/*.chat") for line in one.read_text("utf-8").splitlines()
    ]
    told = {line.partition(": ")[2] for line in lines}
    for one in HERE.glob("hearing/*.tsv"):
        with one.open(encoding="utf-8", newline="") as file:
            rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
            told.update(row["text"] for row in rows if row.get("text"))
    return told


def test_looking_at_letters_first_loses_no_sentence(ears: Sentences) -> None:
    heard = 0
    for text in said():
        plain = tidy(text)
        fits = [name for name, pattern in ears.forms if plain and pattern.fullmatch(plain)]
        found = [one.name for one in ears.matches(text)]
        assert found == fits, text
        heard += bool(fits)
    assert heard > 500


@pytest.mark.parametrize(
    ("form", "fits", "not_this"),
    [
        ("[请]把#{number}交给{name}", "请把#12交给小李", "请把12给小李"),
        ("(any|some) news", "some news", "news"),
        ("{number}", "12", "twelve"),
        ("(谁|哪位)值班|duty[?]", "duty", "值"),
        ("换[个]班", "换班", "班"),
    ],
)
def test_a_form_fits_as_it_is_written(form: str, fits: str, not_this: str) -> None:
    one = Sentences({"any.form": [form]})
    assert one.match(fits)
    assert not one.match(not_this)

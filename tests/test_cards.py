"""Contact cards: one a household, as a page and as a PDF whose Chinese is drawn."""

from __future__ import annotations

import base64
import re
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import Engine

from bot import exchange, worlds
from bot.cards import Card, NoHouseholds, as_pdf, gather
from bot.cards.households import LINES
from bot.cards.pdf import BadFont
from bot.web import cards, server
from bot.words import Words, load
from handlers.policy import Policy
from storage import people, places
from storage.db import Transaction, transaction

NOW = datetime(2026, 3, 2, 2, tzinfo=UTC)
WORDS = Words(load())


@pytest.fixture
def tx(database: Engine) -> Iterator[Transaction]:
    """The example compound."""
    with transaction(database) as made:
        exchange.bring_in(made, exchange.read(worlds.path_of("xingfuli")), NOW)
        yield made


def cards_of(tx: Transaction, key: str | None = None) -> dict[str, Card]:
    return {card.household: card for card in gather(tx, WORDS, Policy(), key)}


_DRAWN = re.compile(rb"/(F\d+) [\d.]+ Tf|\(((?:\\.|[^\\)])*)\) Tj", re.DOTALL)


def written(pdf: bytes) -> list[str]:
    """Every piece of text that a PDF of reportlab draws; its first font is the Latin one."""
    found = []
    for stream in re.findall(rb"stream\r?\n(.*?)endstream", pdf, re.DOTALL):
        page, font = zlib.decompress(base64.a85decode(stream.strip().removesuffix(b"~>"))), b""
        for named, literal in _DRAWN.findall(page):
            font = named or font
            if not named:
                raw = re.sub(rb"\\(\d{3}|.)", _meant, literal, flags=re.DOTALL)
                found.append(raw.decode("cp1252" if font == b"F1" else "utf-16-be"))
    return found


def _meant(escape: re.Match[bytes]) -> bytes:
    """``\\101`` is A, ``\\(`` a bracket."""
    return bytes([int(escape[1], 8)]) if escape[1].isdigit() else escape[1]


def test_every_household_has_one_card_in_its_own_language(tx: Transaction) -> None:
    found = cards_of(tx)
    assert len(found) == 34  # who shares a door shares a card
    card = found["3号楼 1单元502室"]
    assert card.heading == "幸福里护理团队"
    assert card.team[:2] == (
        ("社区工作者", "赵主任", "16000000037"),
        ("医生", "周医生", "16000000031"),
    )
    assert card.danger[:3] == (("急救", "120"), ("火警", "119"), ("报警", "110"))
    assert found["Building 1 unit 1 room 301"].heading == "Care team of Xingfuli Gardens"


def test_only_published_numbers_stand_on_a_card(tx: Transaction) -> None:
    officer = people.by_key(tx, "sun-jingguan")
    assert officer is not None
    people.change(tx, officer.id, public_phone=None)
    told = cards_of(tx)["3号楼 1单元502室"]
    assert ("民警", "孙警官", "0513-00000052") in told.team  # the nearest desk's instead
    assert "16000000026" not in repr(cards_of(tx))  # the resident's own


def test_the_code_holds_the_numbers_of_the_team(tx: Transaction) -> None:
    lines = cards_of(tx)["3号楼 1单元502室"].contact.split("\r\n")
    assert lines[:4] == ["BEGIN:VCARD", "VERSION:3.0", "N:幸福里护理团队", "FN:幸福里护理团队"]
    assert "TEL:16000000037" in lines
    assert lines[-1] == "END:VCARD"


def test_a_large_team_keeps_one_of_every_role(tx: Transaction) -> None:
    building = places.by_key(tx, "b3")
    assert building is not None
    for name in ("一", "二"):
        one = people.add(tx, name=name, place_id=building.id, joined_at=NOW, vouched=True)
        for role in ("doctor", "community_worker", "police"):
            people.give_role(tx, one, building.id, role, NOW)
    team = cards_of(tx)["3号楼 1单元502室"].team
    assert len(team) == LINES
    assert {role for role, *_ in team} == {"社区工作者", "医生", "志愿者", "民警", "物业"}


def test_doors_stand_in_the_order_in_which_one_walks(tx: Transaction) -> None:
    building = places.by_key(tx, "b3")
    assert building is not None
    for room in ("1001", "201"):
        people.add(
            tx, name=room, place_id=building.id, unit="1", room=room, joined_at=NOW, vouched=True
        )
    doors = [door for door in cards_of(tx, "b3") if "1单元" in door]
    assert doors.index("3号楼 1单元201室") < doors.index("3号楼 1单元1001室")


def test_a_place_without_households_is_named(tx: Transaction) -> None:
    with pytest.raises(NoHouseholds, match="there is no place b9"):
        gather(tx, WORDS, Policy(), "b9")
    with pytest.raises(NoHouseholds, match="import people with their rooms"):
        gather(tx, WORDS, Policy(), "chengguan")


def test_the_pdf_says_all_that_stands_on_the_cards(tx: Transaction) -> None:
    found = cards_of(tx)
    drawn = "".join(written(as_pdf(list(found.values()))))
    for card in found.values():
        whole = [card.heading, card.household, *(f"{a}  {b}  {c}" for a, b, c in card.team)]
        assert [one for one in whole if one not in drawn] == []
    assert "有生命危险先打急救电话" in drawn.replace(" ", "")


def test_a_font_that_is_none_is_refused_by_name(tx: Transaction, tmp_path: Path) -> None:
    font = tmp_path / "song.ttf"
    font.write_bytes(b"no font")
    with pytest.raises(BadFont, match=r"song\.ttf"):
        as_pdf(list(cards_of(tx, "b3").values()), font)


async def test_the_page_and_its_pdf_are_served(tx: Transaction, database: Engine) -> None:
    tx.connection.commit()
    app = server.build(None, cards.routes(database, WORDS, Policy()))
    async with TestClient(TestServer(app)) as client:
        async with client.get("/cards?place=b3") as answer:
            html = await answer.text()
        async with client.get("/cards.pdf?place=b3") as answer:
            pdf = await answer.read()
        async with client.get("/cards?place=b9") as answer:
            assert answer.status == 404
    assert html.count('<section class="card"') == html.count("<svg") > 5
    assert "3号楼 1单元502室" in html
    assert "style=" not in html  # the page allows none
    assert pdf.startswith(b"%PDF")

"""Rows that are handed out as they are made."""

from datetime import UTC, datetime

from sqlalchemy import Engine

from storage import people, places, requests
from storage.db import transaction

AT = datetime(2027, 3, 1, 8, 0, 0, 123456, tzinfo=UTC)


def test_a_new_request_is_handed_out_as_it_is_read_back(database: Engine) -> None:
    with transaction(database) as tx:
        place = places.add(tx, key="b1", name="1号楼", kind="building")
        made = requests.add(
            tx,
            AT,
            kind="need",
            category="medicine",
            text="有没有退烧药",
            items=[{"name": "退烧药", "quantity": 1.5, "unit": None}],
            phone=["13900000000"],
            due_at=AT,
            data={"photos": [{"digest": "a", "media_type": "image/png"}]},
            place_id=place,
            requester_id=people.add(tx, name="甲", place_id=place, joined_at=AT),
        )
        assert made == requests.get(tx, made.number)

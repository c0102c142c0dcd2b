"""What may never happen, looked for in the two files alone: none of the bot's code is asked."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

_RULES = {
    "message lost": """
        SELECT id FROM platform.said WHERE 'paper:' || id NOT IN (SELECT mid FROM inbox)""",
    "plea without a request": """
        SELECT id FROM platform.said WHERE kind = 'plea'
        AND 'paper:' || id NOT IN (SELECT mid FROM request WHERE mid IS NOT NULL)""",
    "request made twice": "SELECT mid FROM request GROUP BY mid HAVING count(*) > 1",
    "request out of chatter": """
        SELECT id FROM platform.said JOIN request ON mid = 'paper:' || id
        WHERE said.kind <> 'plea'""",
    "request number used twice or never begun": """
        SELECT number FROM request WHERE 1 <>
        (SELECT count(*) FROM request_event e WHERE e.number = request.number AND what = 'made')""",
    "plea not answered once": """
        SELECT id FROM platform.said WHERE kind = 'plea'
        AND 1 <> (SELECT count(*) FROM outbox WHERE answers = said.id)""",
    # "我来 12" is either answered (enough, standby) or makes its speaker the holder of #12.
    "claim not answered once": """
        SELECT said.id FROM platform.said JOIN account ON external = sender WHERE kind = 'claim'
        AND 1 <> (SELECT count(*) FROM outbox WHERE answers = said.id)
        + (SELECT count(*) FROM claim c WHERE state = 'held' AND c.person_id = account.person_id
           AND c.number = CAST(substr(text, 4) AS INTEGER))""",
    "holder not told once": """
        SELECT number FROM claim WHERE state = 'held'
        AND 1 <> (SELECT count(*) FROM outbox WHERE kind = 'claims.yours' AND about = number)""",
    "chatter answered": """
        SELECT answers FROM outbox JOIN platform.said ON answers = said.id
        WHERE said.kind = 'chatter'""",
    "letter not settled": """
        SELECT id || ' ' || state FROM outbox WHERE state NOT IN ('sent', 'folded')""",
    "letter lost": """
        SELECT id FROM outbox WHERE state = 'sent'
        AND id NOT IN (SELECT letter FROM platform.arrived)""",
    "letter sent twice": "SELECT letter FROM platform.arrived GROUP BY letter HAVING count(*) > 1",
    "letter out of nothing": """
        SELECT letter FROM platform.arrived WHERE letter NOT IN (SELECT id FROM outbox)""",
    "two hold one task": """
        SELECT number FROM claim WHERE state = 'held' GROUP BY number HAVING count(*) > 1""",
    "claimed by nobody": """
        SELECT number FROM request WHERE state = 'claimed'
        AND number NOT IN (SELECT number FROM claim WHERE state = 'held')""",
    "box below nothing": "SELECT lot_id FROM movement GROUP BY lot_id HAVING sum(quantity) < 0",
    "more promised than there is": """
        SELECT lot_id FROM reservation r WHERE state = 'held' GROUP BY lot_id
        HAVING sum(quantity) > (SELECT sum(quantity) FROM movement m WHERE m.lot_id = r.lot_id)""",
    "foreign key broken": 'SELECT "table" || rowid FROM pragma_foreign_key_check',
    "file damaged": "SELECT * FROM pragma_integrity_check WHERE integrity_check <> 'ok'",
}


def findings(folder: Path) -> list[str]:
    """``rule: what`` for everything wrong in ``linbang.db`` and ``platform.db`` of a folder."""
    found = []
    with closing(sqlite3.connect(folder / "linbang.db")) as db:
        db.execute("ATTACH ? AS platform", [str(folder / "platform.db")])
        for rule, query in _RULES.items():
            found += [f"{rule}: {row[0]}" for row in db.execute(query)]
    return found


def counts(folder: Path) -> dict[str, int]:
    """How much there was: ``messages``, ``requests``, ``claims``, ``letters``, ``promised``."""
    asked = {
        "messages": "SELECT count(*) FROM platform.said",
        "requests": "SELECT count(*) FROM request",
        "claims": "SELECT count(*) FROM claim",
        "letters": "SELECT count(*) FROM outbox",
        "promised": "SELECT count(*) FROM reservation",
    }
    with closing(sqlite3.connect(folder / "linbang.db")) as db:
        db.execute("ATTACH ? AS platform", [str(folder / "platform.db")])
        return {name: db.execute(query).fetchone()[0] for name, query in asked.items()}

"""Everything the bot remembers."""
# ruff: noqa: PLR0915  a migration is as long as it is

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

import storage.db

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "errand",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("gateway", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("what", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("ref", sa.Integer(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("made_at", storage.db.Instant(), nullable=False),
        sa.Column("not_before", storage.db.Instant(), nullable=False),
        sa.Column("state", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_errand")),
    )
    with op.batch_alter_table("errand", schema=None) as batch_op:
        batch_op.create_index(
            "ix_errand_open",
            ["gateway", "not_before"],
            unique=False,
            sqlite_where=sa.text("state IN ('waiting','doing')"),
            postgresql_where=sa.text("state IN ('waiting','doing')"),
        )

    op.create_table(
        "gap",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("gateway", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("began", storage.db.Instant(), nullable=False),
        sa.Column("ended", storage.db.Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gap")),
    )
    with op.batch_alter_table("gap", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_gap_gateway"), ["gateway"], unique=False)

    op.create_table(
        "gap_told",
        sa.Column("key", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_gap_told")),
    )
    op.create_table(
        "inbox",
        sa.Column("mid", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("at", storage.db.Instant(), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("mid", name=op.f("pk_inbox")),
    )
    with op.batch_alter_table("inbox", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_inbox_at"), ["at"], unique=False)

    op.create_table(
        "place",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("name_en", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("kind", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("zone", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("number", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("gas_phone", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("desk_phone", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("shares", sa.Boolean(), nullable=False),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["parent_id"], ["place.id"], name=op.f("fk_place_parent_id_place")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_place")),
        sa.UniqueConstraint("key", name=op.f("uq_place_key")),
    )
    with op.batch_alter_table("place", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_place_parent_id"), ["parent_id"], unique=False)

    op.create_table(
        "road",
        sa.Column("gateway", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("account", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("told_at", storage.db.Instant(), nullable=True),
        sa.PrimaryKeyConstraint("gateway", name=op.f("pk_road")),
    )
    op.create_table(
        "spent",
        sa.Column("what", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("day", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("what", "day", name=op.f("pk_spent")),
    )
    op.create_table(
        "timer",
        sa.Column("key", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("due_at", storage.db.Instant(), nullable=False),
        sa.Column("kind", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("ref", sa.Integer(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_timer")),
    )
    with op.batch_alter_table("timer", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_timer_due_at"), ["due_at"], unique=False)

    op.create_table(
        "wrong_code",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sender", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("at", storage.db.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wrong_code")),
    )
    with op.batch_alter_table("wrong_code", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_wrong_code_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_wrong_code_sender"), ["sender"], unique=False)

    op.create_table(
        "guide_answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=True),
        sa.Column("guide", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("question", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("question_en", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("also", sa.JSON(), nullable=False),
        sa.Column("answer", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("answer_en", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("source", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("source_en", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("version", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("dated", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("valid_until", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("terms", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.ForeignKeyConstraint(
            ["place_id"], ["place.id"], name=op.f("fk_guide_answer_place_id_place")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guide_answer")),
        sa.UniqueConstraint("place_id", "key", name=op.f("uq_guide_answer_place_id_key")),
    )
    with op.batch_alter_table("guide_answer", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_guide_answer_place_id"), ["place_id"], unique=False)

    op.create_table(
        "person",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("name_en", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("lang", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=True),
        sa.Column("unit", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("floor", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("room", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("phone", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("public_phone", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("birth_year", sa.Integer(), nullable=True),
        sa.Column("joined_at", storage.db.Instant(), nullable=False),
        sa.Column("vouched", sa.Boolean(), nullable=False),
        sa.Column("noticed", sa.Boolean(), nullable=False),
        sa.Column("left_at", storage.db.Instant(), nullable=True),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_person_place_id_place")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("key", name=op.f("uq_person_key")),
    )
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_person_name"), ["name"], unique=False)
        batch_op.create_index(batch_op.f("ix_person_place_id"), ["place_id"], unique=False)

    op.create_table(
        "roster",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("duty", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("people", sa.JSON(), nullable=False),
        sa.Column("together", sa.Integer(), nullable=False),
        sa.Column("every", sa.Integer(), nullable=False),
        sa.Column("shifts", sa.Integer(), nullable=False),
        sa.Column("weekdays", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("days", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("holidays", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("from_day", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("until_day", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_roster_place_id_place")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster")),
        sa.UniqueConstraint("key", name=op.f("uq_roster_key")),
    )
    with op.batch_alter_table("roster", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_roster_place_id"), ["place_id"], unique=False)

    op.create_table(
        "account",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("gateway", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("external", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_account_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("gateway", "external", name=op.f("uq_account_gateway_external")),
    )
    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_account_person_id"), ["person_id"], unique=False)

    op.create_table(
        "alert",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("text", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("drill", sa.Boolean(), nullable=False),
        sa.Column("state", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=False),
        sa.Column("made_at", storage.db.Instant(), nullable=False),
        sa.Column("begun_at", storage.db.Instant(), nullable=True),
        sa.Column("ends_at", storage.db.Instant(), nullable=True),
        sa.Column("over_at", storage.db.Instant(), nullable=True),
        sa.Column("over_by", sa.Integer(), nullable=True),
        sa.Column("totals", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["asked_by"], ["person.id"], name=op.f("fk_alert_asked_by_person")),
        sa.ForeignKeyConstraint(["over_by"], ["person.id"], name=op.f("fk_alert_over_by_person")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_alert_place_id_place")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert")),
    )
    with op.batch_alter_table("alert", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_alert_place_id"), ["place_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_alert_state"), ["state"], unique=False)

    op.create_table(
        "at_risk",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("by", sa.Integer(), nullable=True),
        sa.Column("since", storage.db.Instant(), nullable=False),
        sa.ForeignKeyConstraint(["by"], ["person.id"], name=op.f("fk_at_risk_by_person")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_at_risk_person_id_person")
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_at_risk")),
    )
    op.create_table(
        "box",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("name_en", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("keeper_id", sa.Integer(), nullable=True),
        sa.Column("where_text", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("where_en", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("count_asked", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.ForeignKeyConstraint(["keeper_id"], ["person.id"], name=op.f("fk_box_keeper_id_person")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_box_place_id_place")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_box")),
        sa.UniqueConstraint("key", name=op.f("uq_box_key")),
    )
    with op.batch_alter_table("box", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_box_keeper_id"), ["keeper_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_box_place_id"), ["place_id"], unique=False)

    op.create_table(
        "broadcast",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("places", sa.JSON(), nullable=False),
        sa.Column("audience", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("text", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("text_en", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("photos", sa.JSON(), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("guide", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("pushed", sa.JSON(), nullable=False),
        sa.Column("rule", sa.JSON(), nullable=False),
        sa.Column("zone", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("state", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("made_at", storage.db.Instant(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_broadcast_by_id_person")),
        sa.ForeignKeyConstraint(
            ["place_id"], ["place.id"], name=op.f("fk_broadcast_place_id_place")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_broadcast")),
    )
    with op.batch_alter_table("broadcast", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_broadcast_by_id"), ["by_id"], unique=False)

    op.create_table(
        "calendar_key",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("token", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_calendar_key_person_id_person")
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_calendar_key")),
        sa.UniqueConstraint("token", name=op.f("uq_calendar_key_token")),
    )
    op.create_table(
        "campaign",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("state", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=False),
        sa.Column("made_at", storage.db.Instant(), nullable=False),
        sa.Column("begun_at", storage.db.Instant(), nullable=True),
        sa.Column("due_at", storage.db.Instant(), nullable=True),
        sa.Column("closed_at", storage.db.Instant(), nullable=True),
        sa.Column("visitors", sa.JSON(), nullable=False),
        sa.Column("totals", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["asked_by"], ["person.id"], name=op.f("fk_campaign_asked_by_person")
        ),
        sa.ForeignKeyConstraint(
            ["place_id"], ["place.id"], name=op.f("fk_campaign_place_id_place")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign")),
    )
    with op.batch_alter_table("campaign", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_campaign_place_id"), ["place_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_campaign_state"), ["state"], unique=False)

    op.create_table(
        "checkin_plan",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.JSON(), nullable=False),
        sa.Column("tier", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("weekdays", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("from_day", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("channel", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("caller_id", sa.Integer(), nullable=True),
        sa.Column("neighbour_id", sa.Integer(), nullable=True),
        sa.Column("key_holder_id", sa.Integer(), nullable=True),
        sa.Column("limits", sa.JSON(), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=True),
        sa.Column("consent_by", sa.Integer(), nullable=True),
        sa.Column("consent_at", storage.db.Instant(), nullable=True),
        sa.Column("consent_heard_by", sa.Integer(), nullable=True),
        sa.Column("since", storage.db.Instant(), nullable=True),
        sa.Column("paused_at", storage.db.Instant(), nullable=True),
        sa.Column("paused_until", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("withdrawn_at", storage.db.Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["asked_by"], ["person.id"], name=op.f("fk_checkin_plan_asked_by_person")
        ),
        sa.ForeignKeyConstraint(
            ["caller_id"], ["person.id"], name=op.f("fk_checkin_plan_caller_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["consent_by"], ["person.id"], name=op.f("fk_checkin_plan_consent_by_person")
        ),
        sa.ForeignKeyConstraint(
            ["consent_heard_by"],
            ["person.id"],
            name=op.f("fk_checkin_plan_consent_heard_by_person"),
        ),
        sa.ForeignKeyConstraint(
            ["key_holder_id"], ["person.id"], name=op.f("fk_checkin_plan_key_holder_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["neighbour_id"], ["person.id"], name=op.f("fk_checkin_plan_neighbour_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_checkin_plan_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checkin_plan")),
        sa.UniqueConstraint("key", name=op.f("uq_checkin_plan_key")),
    )
    with op.batch_alter_table("checkin_plan", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_checkin_plan_person_id"), ["person_id"], unique=False)

    op.create_table(
        "code",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("made_at", storage.db.Instant(), nullable=False),
        sa.Column("until", storage.db.Instant(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("used_at", storage.db.Instant(), nullable=True),
        sa.Column("used_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_code_person_id_person")
        ),
        sa.ForeignKeyConstraint(["used_by"], ["person.id"], name=op.f("fk_code_used_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_code")),
        sa.UniqueConstraint("digest", name=op.f("uq_code_digest")),
    )
    op.create_table(
        "cover",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("roster_id", sa.Integer(), nullable=False),
        sa.Column("day", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("planned_id", sa.Integer(), nullable=False),
        sa.Column("holder_id", sa.Integer(), nullable=False),
        sa.Column("state", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.ForeignKeyConstraint(
            ["holder_id"], ["person.id"], name=op.f("fk_cover_holder_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["planned_id"], ["person.id"], name=op.f("fk_cover_planned_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["roster_id"], ["roster.id"], name=op.f("fk_cover_roster_id_roster")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cover")),
        sa.UniqueConstraint(
            "roster_id",
            "day",
            "part",
            "planned_id",
            name=op.f("uq_cover_roster_id_day_part_planned_id"),
        ),
    )
    with op.batch_alter_table("cover", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_cover_day"), ["day"], unique=False)

    op.create_table(
        "device",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("secret_hash", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("kind", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("closes", sa.Boolean(), nullable=False),
        sa.Column("expected_by", sa.Integer(), nullable=True),
        sa.Column("missing", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("added_at", storage.db.Instant(), nullable=False),
        sa.Column("removed_at", storage.db.Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_device_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device")),
        sa.UniqueConstraint("token", name=op.f("uq_device_token")),
    )
    with op.batch_alter_table("device", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_device_person_id"), ["person_id"], unique=False)

    op.create_table(
        "drawn",
        sa.Column("digest", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("made_at", storage.db.Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_drawn_person_id_person")
        ),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_drawn")),
    )
    with op.batch_alter_table("drawn", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_drawn_person_id"), ["person_id"], unique=False)

    op.create_table(
        "hours",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("weekdays", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_hours_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hours")),
    )
    with op.batch_alter_table("hours", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_hours_person_id"), ["person_id"], unique=False)

    op.create_table(
        "look",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("viewer_id", sa.Integer(), nullable=True),
        sa.Column("at", storage.db.Instant(), nullable=False),
        sa.Column("how", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_look_person_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["viewer_id"], ["person.id"], name=op.f("fk_look_viewer_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_look")),
    )
    with op.batch_alter_table("look", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_look_person_id"), ["person_id"], unique=False)

    op.create_table(
        "look_in",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("why", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("ref", sa.Integer(), nullable=False),
        sa.Column("drill", sa.Boolean(), nullable=False),
        sa.Column("state", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("step", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("holder_id", sa.Integer(), nullable=True),
        sa.Column("told", sa.JSON(), nullable=False),
        sa.Column("declined", sa.JSON(), nullable=False),
        sa.Column("reminded", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("began_at", storage.db.Instant(), nullable=False),
        sa.Column("outcome", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("closed_by", sa.Integer(), nullable=True),
        sa.Column("closed_at", storage.db.Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["closed_by"], ["person.id"], name=op.f("fk_look_in_closed_by_person")
        ),
        sa.ForeignKeyConstraint(
            ["holder_id"], ["person.id"], name=op.f("fk_look_in_holder_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_look_in_person_id_person")
        ),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_look_in_place_id_place")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_look_in")),
    )
    with op.batch_alter_table("look_in", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_look_in_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_look_in_state"), ["state"], unique=False)

    op.create_table(
        "look_key",
        sa.Column("token", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("viewer_id", sa.Integer(), nullable=False),
        sa.Column("until", storage.db.Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_look_key_person_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["viewer_id"], ["person.id"], name=op.f("fk_look_key_viewer_id_person")
        ),
        sa.PrimaryKeyConstraint("token", name=op.f("pk_look_key")),
    )
    with op.batch_alter_table("look_key", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_look_key_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_look_key_viewer_id"), ["viewer_id"], unique=False)

    op.create_table(
        "notices_stopped",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("since", storage.db.Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_notices_stopped_person_id_person")
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_notices_stopped")),
    )
    op.create_table(
        "question",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("room_id", sa.Integer(), nullable=True),
        sa.Column("kind", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("ref", sa.Integer(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("asked_at", storage.db.Instant(), nullable=False),
        sa.Column("until", storage.db.Instant(), nullable=False),
        sa.Column("state", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_question_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question")),
    )
    with op.batch_alter_table("question", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_question_person_id"), ["person_id"], unique=False)

    op.create_table(
        "role",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("role", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("since", storage.db.Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_role_person_id_person")
        ),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_role_place_id_place")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role")),
        sa.UniqueConstraint(
            "person_id", "place_id", "role", name=op.f("uq_role_person_id_place_id_role")
        ),
    )
    with op.batch_alter_table("role", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_role_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_role_place_id"), ["place_id"], unique=False)

    op.create_table(
        "room",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("gateway", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("external", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("lang", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("private", sa.Boolean(), nullable=False),
        sa.Column("told_how", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_room_person_id_person")
        ),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_room_place_id_place")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_room")),
        sa.UniqueConstraint("gateway", "external", name=op.f("uq_room_gateway_external")),
    )
    with op.batch_alter_table("room", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_room_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_room_place_id"), ["place_id"], unique=False)

    op.create_table(
        "shift_note",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("duty", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("text", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("at", storage.db.Instant(), nullable=False),
        sa.Column("given_at", storage.db.Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_shift_note_person_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["place_id"], ["place.id"], name=op.f("fk_shift_note_place_id_place")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shift_note")),
    )
    with op.batch_alter_table("shift_note", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_shift_note_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_shift_note_place_id"), ["place_id"], unique=False)

    op.create_table(
        "skill",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("skill", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("found", sa.Boolean(), nullable=False),
        sa.Column("note", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_skill_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_skill")),
        sa.UniqueConstraint("person_id", "skill", name=op.f("uq_skill_person_id_skill")),
    )
    with op.batch_alter_table("skill", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_skill_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_skill_skill"), ["skill"], unique=False)

    op.create_table(
        "vital",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("kind", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("value", sa.Float(), nullable=False),
        sa.Column("value2", sa.Float(), nullable=True),
        sa.Column("unit", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("at", storage.db.Instant(), nullable=False),
        sa.Column("checkin_id", sa.Integer(), nullable=True),
        sa.Column("said_by", sa.Integer(), nullable=True),
        sa.Column("phase", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("noted", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("was", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("told", sa.Boolean(), nullable=False),
        sa.Column("trend", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_vital_person_id_person")
        ),
        sa.ForeignKeyConstraint(["said_by"], ["person.id"], name=op.f("fk_vital_said_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vital")),
    )
    with op.batch_alter_table("vital", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_vital_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_vital_said_by"), ["said_by"], unique=False)

    op.create_table(
        "vital_watch",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("watcher_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_vital_watch_person_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["watcher_id"], ["person.id"], name=op.f("fk_vital_watch_watcher_id_person")
        ),
        sa.PrimaryKeyConstraint("person_id", "watcher_id", name=op.f("pk_vital_watch")),
    )
    op.create_table(
        "alert_call",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("alert_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("state", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("how", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("by", sa.Integer(), nullable=True),
        sa.Column("asked_at", storage.db.Instant(), nullable=False),
        sa.Column("at", storage.db.Instant(), nullable=True),
        sa.Column("request", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["alert_id"], ["alert.id"], name=op.f("fk_alert_call_alert_id_alert")
        ),
        sa.ForeignKeyConstraint(["by"], ["person.id"], name=op.f("fk_alert_call_by_person")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_alert_call_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_call")),
        sa.UniqueConstraint("alert_id", "person_id", name=op.f("uq_alert_call_alert_id_person_id")),
    )
    with op.batch_alter_table("alert_call", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_alert_call_person_id"), ["person_id"], unique=False)

    op.create_table(
        "alert_extra",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("alert_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("state", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("rosters", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["alert_id"], ["alert.id"], name=op.f("fk_alert_extra_alert_id_alert")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_alert_extra_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_extra")),
        sa.UniqueConstraint(
            "alert_id", "person_id", name=op.f("uq_alert_extra_alert_id_person_id")
        ),
    )
    op.create_table(
        "audit_draw",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("at", storage.db.Instant(), nullable=False),
        sa.Column("by", sa.Integer(), nullable=False),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("frame", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["by"], ["person.id"], name=op.f("fk_audit_draw_by_person")),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_audit_draw_campaign_id_campaign")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_draw")),
    )
    with op.batch_alter_table("audit_draw", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_audit_draw_campaign_id"), ["campaign_id"], unique=False
        )

    op.create_table(
        "checkin",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("day", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("hour", sa.Integer(), nullable=False),
        sa.Column("due_at", storage.db.Instant(), nullable=False),
        sa.Column("base_at", storage.db.Instant(), nullable=True),
        sa.Column("state", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("step", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("alarm", sa.Boolean(), nullable=False),
        sa.Column("caller_id", sa.Integer(), nullable=True),
        sa.Column("line", sa.Integer(), nullable=True),
        sa.Column("handled_by", sa.Integer(), nullable=True),
        sa.Column("outcome", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("note", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("closed_at", storage.db.Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["caller_id"], ["person.id"], name=op.f("fk_checkin_caller_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["handled_by"], ["person.id"], name=op.f("fk_checkin_handled_by_person")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_checkin_person_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["checkin_plan.id"], name=op.f("fk_checkin_plan_id_checkin_plan")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checkin")),
        sa.UniqueConstraint("plan_id", "day", "hour", name=op.f("uq_checkin_plan_id_day_hour")),
    )
    with op.batch_alter_table("checkin", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_checkin_caller_id"), ["caller_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_checkin_day"), ["day"], unique=False)
        batch_op.create_index(batch_op.f("ix_checkin_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_checkin_state"), ["state"], unique=False)

    op.create_table(
        "family_contact",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("phone", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_family_contact_person_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["checkin_plan.id"], name=op.f("fk_family_contact_plan_id_checkin_plan")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_family_contact")),
    )
    with op.batch_alter_table("family_contact", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_family_contact_person_id"), ["person_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_family_contact_plan_id"), ["plan_id"], unique=False)

    op.create_table(
        "lot",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("box_id", sa.Integer(), nullable=False),
        sa.Column("item", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("text", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("expiry", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("form", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("sealed", sa.Boolean(), nullable=False),
        sa.Column("unit", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("batch", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("donor_id", sa.Integer(), nullable=True),
        sa.Column("blocked", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("warned", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["box_id"], ["box.id"], name=op.f("fk_lot_box_id_box")),
        sa.ForeignKeyConstraint(["donor_id"], ["person.id"], name=op.f("fk_lot_donor_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lot")),
        sa.UniqueConstraint("key", name=op.f("uq_lot_key")),
    )
    with op.batch_alter_table("lot", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_lot_box_id"), ["box_id"], unique=False)

    op.create_table(
        "member",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("room_id", sa.Integer(), nullable=False),
        sa.Column("external", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("joined_at", storage.db.Instant(), nullable=False),
        sa.Column("left_at", storage.db.Instant(), nullable=True),
        sa.Column("welcomed", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_member_person_id_person")
        ),
        sa.ForeignKeyConstraint(["room_id"], ["room.id"], name=op.f("fk_member_room_id_room")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_member")),
        sa.UniqueConstraint("room_id", "external", name=op.f("uq_member_room_id_external")),
    )
    with op.batch_alter_table("member", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_member_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_member_room_id"), ["room_id"], unique=False)

    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("gateway", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("room_id", sa.Integer(), nullable=False),
        sa.Column("about", sa.Integer(), nullable=True),
        sa.Column("kind", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("text", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("mentions", sa.JSON(), nullable=False),
        sa.Column("photos", sa.JSON(), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("direct", sa.Boolean(), nullable=False),
        sa.Column("made_at", storage.db.Instant(), nullable=False),
        sa.Column("not_before", storage.db.Instant(), nullable=False),
        sa.Column("expires_at", storage.db.Instant(), nullable=True),
        sa.Column("state", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("sent_at", storage.db.Instant(), nullable=True),
        sa.Column("external", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("answers", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("batch", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["room_id"], ["room.id"], name=op.f("fk_outbox_room_id_room")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
    )
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.create_index(
            "ix_outbox_batch", ["batch"], unique=False, sqlite_where=sa.text("batch IS NOT NULL")
        )
        batch_op.create_index(
            "ix_outbox_external",
            ["external"],
            unique=False,
            sqlite_where=sa.text("external IS NOT NULL"),
        )
        batch_op.create_index("ix_outbox_room_made", ["room_id", "made_at"], unique=False)
        batch_op.create_index(
            "ix_outbox_unsent",
            ["gateway", "not_before"],
            unique=False,
            sqlite_where=sa.text("state IN ('waiting','sending','unsure')"),
            postgresql_where=sa.text("state IN ('waiting','sending','unsure')"),
        )

    op.create_table(
        "request",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("category", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("danger", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("items", sa.JSON(), nullable=False),
        sa.Column("text", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("mid", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("room_id", sa.Integer(), nullable=True),
        sa.Column("spot", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("unit", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("floor", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("room", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("phone", sa.JSON(), nullable=False),
        sa.Column("for_text", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("for_kind", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("for_age", sa.Float(), nullable=True),
        sa.Column("urgency", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("state", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("outcome", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("wanted", sa.Integer(), nullable=False),
        sa.Column("requester_id", sa.Integer(), nullable=False),
        sa.Column("made_at", storage.db.Instant(), nullable=False),
        sa.Column("changed_at", storage.db.Instant(), nullable=False),
        sa.Column("due_at", storage.db.Instant(), nullable=True),
        sa.Column("due_text", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("closed_at", storage.db.Instant(), nullable=True),
        sa.Column("reopenings", sa.Integer(), nullable=False),
        sa.Column("chain", sa.JSON(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_request_place_id_place")),
        sa.ForeignKeyConstraint(
            ["requester_id"], ["person.id"], name=op.f("fk_request_requester_id_person")
        ),
        sa.ForeignKeyConstraint(["room_id"], ["room.id"], name=op.f("fk_request_room_id_room")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_request")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("request", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_request_mid"), ["mid"], unique=False)
        batch_op.create_index("ix_request_place", ["place_id", "category", "made_at"], unique=False)
        batch_op.create_index("ix_request_requester", ["requester_id", "state"], unique=False)
        batch_op.create_index("ix_request_state", ["state"], unique=False)

    op.create_table(
        "sending",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("broadcast_id", sa.Integer(), nullable=False),
        sa.Column("due_at", storage.db.Instant(), nullable=False),
        sa.Column("began_at", storage.db.Instant(), nullable=False),
        sa.Column("said", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["broadcast_id"], ["broadcast.id"], name=op.f("fk_sending_broadcast_id_broadcast")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sending")),
        sa.UniqueConstraint("broadcast_id", "due_at", name=op.f("uq_sending_broadcast_id_due_at")),
    )
    op.create_table(
        "sign",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("device_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("at", storage.db.Instant(), nullable=False),
        sa.Column("what", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.ForeignKeyConstraint(
            ["device_id"], ["device.id"], name=op.f("fk_sign_device_id_device")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_sign_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign")),
    )
    with op.batch_alter_table("sign", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sign_device_id"), ["device_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_sign_person_id"), ["person_id"], unique=False)

    op.create_table(
        "talk",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("ref", sa.Integer(), nullable=False),
        sa.Column("opening", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=True),
        sa.Column("room_id", sa.Integer(), nullable=True),
        sa.Column("state", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("opened_at", storage.db.Instant(), nullable=False),
        sa.Column("ended_at", storage.db.Instant(), nullable=True),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_talk_place_id_place")),
        sa.ForeignKeyConstraint(["room_id"], ["room.id"], name=op.f("fk_talk_room_id_room")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_talk")),
    )
    with op.batch_alter_table("talk", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_talk_ref"), ["ref"], unique=False)
        batch_op.create_index(batch_op.f("ix_talk_room_id"), ["room_id"], unique=False)

    op.create_table(
        "visit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("visitor_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("note", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("by", sa.Integer(), nullable=True),
        sa.Column("at", storage.db.Instant(), nullable=True),
        sa.Column("request", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["by"], ["person.id"], name=op.f("fk_visit_by_person")),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_visit_campaign_id_campaign")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_visit_person_id_person")
        ),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_visit_place_id_place")),
        sa.ForeignKeyConstraint(
            ["visitor_id"], ["person.id"], name=op.f("fk_visit_visitor_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit")),
    )
    with op.batch_alter_table("visit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_visit_campaign_id"), ["campaign_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_visit_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_visit_visitor_id"), ["visitor_id"], unique=False)

    op.create_table(
        "audit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("draw_id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("visit_id", sa.Integer(), nullable=False),
        sa.Column("auditor_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("finding", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("note", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("at", storage.db.Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["auditor_id"], ["person.id"], name=op.f("fk_audit_auditor_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_audit_campaign_id_campaign")
        ),
        sa.ForeignKeyConstraint(
            ["draw_id"], ["audit_draw.id"], name=op.f("fk_audit_draw_id_audit_draw")
        ),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_audit_visit_id_visit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
        sa.UniqueConstraint("visit_id", name=op.f("uq_audit_visit_id")),
    )
    with op.batch_alter_table("audit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_auditor_id"), ["auditor_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_campaign_id"), ["campaign_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_draw_id"), ["draw_id"], unique=False)

    op.create_table(
        "checkin_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("checkin_id", sa.Integer(), nullable=False),
        sa.Column("at", storage.db.Instant(), nullable=False),
        sa.Column("what", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("note", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.ForeignKeyConstraint(
            ["checkin_id"], ["checkin.id"], name=op.f("fk_checkin_event_checkin_id_checkin")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checkin_event")),
    )
    with op.batch_alter_table("checkin_event", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_checkin_event_checkin_id"), ["checkin_id"], unique=False
        )

    op.create_table(
        "claim",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("state", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("at", storage.db.Instant(), nullable=False),
        sa.Column("heard_at", storage.db.Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["number"], ["request.number"], name=op.f("fk_claim_number_request")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_claim_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim")),
        sa.UniqueConstraint("number", "person_id", name=op.f("uq_claim_number_person_id")),
    )
    with op.batch_alter_table("claim", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_claim_number"), ["number"], unique=False)
        batch_op.create_index(batch_op.f("ix_claim_person_id"), ["person_id"], unique=False)

    op.create_table(
        "follower",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["number"], ["request.number"], name=op.f("fk_follower_number_request")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_follower_person_id_person")
        ),
        sa.PrimaryKeyConstraint("number", "person_id", name=op.f("pk_follower")),
    )
    op.create_table(
        "hour_claim",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("helper_id", sa.Integer(), nullable=False),
        sa.Column("receiver_id", sa.Integer(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("said_by", sa.Integer(), nullable=True),
        sa.Column("state", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("at", storage.db.Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["helper_id"], ["person.id"], name=op.f("fk_hour_claim_helper_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["number"], ["request.number"], name=op.f("fk_hour_claim_number_request")
        ),
        sa.ForeignKeyConstraint(
            ["receiver_id"], ["person.id"], name=op.f("fk_hour_claim_receiver_id_person")
        ),
        sa.PrimaryKeyConstraint("number", "helper_id", name=op.f("pk_hour_claim")),
    )
    with op.batch_alter_table("hour_claim", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_hour_claim_helper_id"), ["helper_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_hour_claim_receiver_id"), ["receiver_id"], unique=False
        )

    op.create_table(
        "hour_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("other_id", sa.Integer(), nullable=False),
        sa.Column("side", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("at", storage.db.Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["number"], ["request.number"], name=op.f("fk_hour_entry_number_request")
        ),
        sa.ForeignKeyConstraint(
            ["other_id"], ["person.id"], name=op.f("fk_hour_entry_other_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_hour_entry_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hour_entry")),
    )
    with op.batch_alter_table("hour_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_hour_entry_number"), ["number"], unique=False)
        batch_op.create_index(batch_op.f("ix_hour_entry_person_id"), ["person_id"], unique=False)

    op.create_table(
        "invitation",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("wave", sa.Integer(), nullable=False),
        sa.Column("at", storage.db.Instant(), nullable=False),
        sa.Column("answer", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("why", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.ForeignKeyConstraint(
            ["number"], ["request.number"], name=op.f("fk_invitation_number_request")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_invitation_person_id_person")
        ),
        sa.PrimaryKeyConstraint("number", "person_id", name=op.f("pk_invitation")),
    )
    with op.batch_alter_table("invitation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_invitation_person_id"), ["person_id"], unique=False)

    op.create_table(
        "movement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("lot_id", sa.Integer(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("kind", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("at", storage.db.Instant(), nullable=False),
        sa.Column("note", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("undoes", sa.Integer(), nullable=True),
        sa.Column("mid", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_movement_lot_id_lot")),
        sa.ForeignKeyConstraint(
            ["number"], ["request.number"], name=op.f("fk_movement_number_request")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_movement_person_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["undoes"], ["movement.id"], name=op.f("fk_movement_undoes_movement")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_movement")),
        sa.UniqueConstraint("undoes", name=op.f("uq_movement_undoes")),
    )
    with op.batch_alter_table("movement", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_movement_lot_id"), ["lot_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_movement_number"), ["number"], unique=False)
        batch_op.create_index(batch_op.f("ix_movement_person_id"), ["person_id"], unique=False)

    op.create_table(
        "promise",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("begun_at", storage.db.Instant(), nullable=False),
        sa.Column("due_at", storage.db.Instant(), nullable=False),
        sa.Column("state", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("slipped_at", storage.db.Instant(), nullable=True),
        sa.Column("paused_at", storage.db.Instant(), nullable=True),
        sa.Column("ended_at", storage.db.Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["number"], ["request.number"], name=op.f("fk_promise_number_request")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_promise")),
    )
    with op.batch_alter_table("promise", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_promise_begun_at"), ["begun_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_promise_number"), ["number"], unique=False)

    op.create_table(
        "request_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", storage.db.Instant(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("before", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("after", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("what", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("note", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.ForeignKeyConstraint(
            ["number"], ["request.number"], name=op.f("fk_request_event_number_request")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_request_event")),
    )
    with op.batch_alter_table("request_event", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_request_event_number"), ["number"], unique=False)

    op.create_table(
        "reservation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("lot_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("until", storage.db.Instant(), nullable=False),
        sa.Column("state", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_reservation_lot_id_lot")),
        sa.ForeignKeyConstraint(
            ["number"], ["request.number"], name=op.f("fk_reservation_number_request")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reservation")),
    )
    with op.batch_alter_table("reservation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reservation_lot_id"), ["lot_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_reservation_number"), ["number"], unique=False)

    op.create_table(
        "run_order",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("items", sa.JSON(), nullable=False),
        sa.Column("state", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("cents", sa.Integer(), nullable=True),
        sa.Column("paid", sa.Boolean(), nullable=False),
        sa.Column("at", storage.db.Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["number"], ["request.number"], name=op.f("fk_run_order_number_request")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_run_order_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_run_order")),
        sa.UniqueConstraint("number", "person_id", name=op.f("uq_run_order_number_person_id")),
    )
    with op.batch_alter_table("run_order", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_run_order_number"), ["number"], unique=False)
        batch_op.create_index(batch_op.f("ix_run_order_person_id"), ["person_id"], unique=False)

    op.create_table(
        "sending_target",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sending_id", sa.Integer(), nullable=False),
        sa.Column("room_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("place_id", sa.Integer(), nullable=True),
        sa.Column("state", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("why", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_sending_target_person_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["place_id"], ["place.id"], name=op.f("fk_sending_target_place_id_place")
        ),
        sa.ForeignKeyConstraint(
            ["room_id"], ["room.id"], name=op.f("fk_sending_target_room_id_room")
        ),
        sa.ForeignKeyConstraint(
            ["sending_id"], ["sending.id"], name=op.f("fk_sending_target_sending_id_sending")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sending_target")),
    )
    with op.batch_alter_table("sending_target", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_sending_target_sending_id"), ["sending_id"], unique=False
        )

    op.create_table(
        "talker",
        sa.Column("talk_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_talker_person_id_person")
        ),
        sa.ForeignKeyConstraint(["talk_id"], ["talk.id"], name=op.f("fk_talker_talk_id_talk")),
        sa.PrimaryKeyConstraint("talk_id", "person_id", name=op.f("pk_talker")),
    )
    op.create_table(
        "visit_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("visit_id", sa.Integer(), nullable=False),
        sa.Column("at", storage.db.Instant(), nullable=False),
        sa.Column("what", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("note", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_visit_event_person_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["visit_id"], ["visit.id"], name=op.f("fk_visit_event_visit_id_visit")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_event")),
    )
    with op.batch_alter_table("visit_event", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_visit_event_visit_id"), ["visit_id"], unique=False)

    op.create_table(
        "whistle",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("state", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("blown_at", storage.db.Instant(), nullable=False),
        sa.Column("due_at", storage.db.Instant(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_whistle_by_id_person")),
        sa.ForeignKeyConstraint(
            ["number"], ["request.number"], name=op.f("fk_whistle_number_request")
        ),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_whistle_place_id_place")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_whistle")),
    )
    with op.batch_alter_table("whistle", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_whistle_number"), ["number"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("whistle", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_whistle_number"))

    op.drop_table("whistle")
    with op.batch_alter_table("visit_event", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_visit_event_visit_id"))

    op.drop_table("visit_event")
    op.drop_table("talker")
    with op.batch_alter_table("sending_target", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sending_target_sending_id"))

    op.drop_table("sending_target")
    with op.batch_alter_table("run_order", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_run_order_person_id"))
        batch_op.drop_index(batch_op.f("ix_run_order_number"))

    op.drop_table("run_order")
    with op.batch_alter_table("reservation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_reservation_number"))
        batch_op.drop_index(batch_op.f("ix_reservation_lot_id"))

    op.drop_table("reservation")
    with op.batch_alter_table("request_event", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_request_event_number"))

    op.drop_table("request_event")
    with op.batch_alter_table("promise", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_promise_number"))
        batch_op.drop_index(batch_op.f("ix_promise_begun_at"))

    op.drop_table("promise")
    with op.batch_alter_table("movement", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_movement_person_id"))
        batch_op.drop_index(batch_op.f("ix_movement_number"))
        batch_op.drop_index(batch_op.f("ix_movement_lot_id"))

    op.drop_table("movement")
    with op.batch_alter_table("invitation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_invitation_person_id"))

    op.drop_table("invitation")
    with op.batch_alter_table("hour_entry", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_hour_entry_person_id"))
        batch_op.drop_index(batch_op.f("ix_hour_entry_number"))

    op.drop_table("hour_entry")
    with op.batch_alter_table("hour_claim", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_hour_claim_receiver_id"))
        batch_op.drop_index(batch_op.f("ix_hour_claim_helper_id"))

    op.drop_table("hour_claim")
    op.drop_table("follower")
    with op.batch_alter_table("claim", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_claim_person_id"))
        batch_op.drop_index(batch_op.f("ix_claim_number"))

    op.drop_table("claim")
    with op.batch_alter_table("checkin_event", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_checkin_event_checkin_id"))

    op.drop_table("checkin_event")
    with op.batch_alter_table("audit", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_audit_draw_id"))
        batch_op.drop_index(batch_op.f("ix_audit_campaign_id"))
        batch_op.drop_index(batch_op.f("ix_audit_auditor_id"))

    op.drop_table("audit")
    with op.batch_alter_table("visit", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_visit_visitor_id"))
        batch_op.drop_index(batch_op.f("ix_visit_person_id"))
        batch_op.drop_index(batch_op.f("ix_visit_campaign_id"))

    op.drop_table("visit")
    with op.batch_alter_table("talk", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_talk_room_id"))
        batch_op.drop_index(batch_op.f("ix_talk_ref"))

    op.drop_table("talk")
    with op.batch_alter_table("sign", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sign_person_id"))
        batch_op.drop_index(batch_op.f("ix_sign_device_id"))

    op.drop_table("sign")
    op.drop_table("sending")
    with op.batch_alter_table("request", schema=None) as batch_op:
        batch_op.drop_index("ix_request_state")
        batch_op.drop_index("ix_request_requester")
        batch_op.drop_index("ix_request_place")
        batch_op.drop_index(batch_op.f("ix_request_mid"))

    op.drop_table("request")
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_outbox_unsent",
            sqlite_where=sa.text("state IN ('waiting','sending','unsure')"),
            postgresql_where=sa.text("state IN ('waiting','sending','unsure')"),
        )
        batch_op.drop_index("ix_outbox_room_made")
        batch_op.drop_index("ix_outbox_external", sqlite_where=sa.text("external IS NOT NULL"))
        batch_op.drop_index("ix_outbox_batch", sqlite_where=sa.text("batch IS NOT NULL"))

    op.drop_table("outbox")
    with op.batch_alter_table("member", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_member_room_id"))
        batch_op.drop_index(batch_op.f("ix_member_person_id"))

    op.drop_table("member")
    with op.batch_alter_table("lot", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_lot_box_id"))

    op.drop_table("lot")
    with op.batch_alter_table("family_contact", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_family_contact_plan_id"))
        batch_op.drop_index(batch_op.f("ix_family_contact_person_id"))

    op.drop_table("family_contact")
    with op.batch_alter_table("checkin", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_checkin_state"))
        batch_op.drop_index(batch_op.f("ix_checkin_person_id"))
        batch_op.drop_index(batch_op.f("ix_checkin_day"))
        batch_op.drop_index(batch_op.f("ix_checkin_caller_id"))

    op.drop_table("checkin")
    with op.batch_alter_table("audit_draw", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_audit_draw_campaign_id"))

    op.drop_table("audit_draw")
    op.drop_table("alert_extra")
    with op.batch_alter_table("alert_call", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_alert_call_person_id"))

    op.drop_table("alert_call")
    op.drop_table("vital_watch")
    with op.batch_alter_table("vital", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_vital_said_by"))
        batch_op.drop_index(batch_op.f("ix_vital_person_id"))

    op.drop_table("vital")
    with op.batch_alter_table("skill", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_skill_skill"))
        batch_op.drop_index(batch_op.f("ix_skill_person_id"))

    op.drop_table("skill")
    with op.batch_alter_table("shift_note", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_shift_note_place_id"))
        batch_op.drop_index(batch_op.f("ix_shift_note_person_id"))

    op.drop_table("shift_note")
    with op.batch_alter_table("room", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_room_place_id"))
        batch_op.drop_index(batch_op.f("ix_room_person_id"))

    op.drop_table("room")
    with op.batch_alter_table("role", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_role_place_id"))
        batch_op.drop_index(batch_op.f("ix_role_person_id"))

    op.drop_table("role")
    with op.batch_alter_table("question", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_question_person_id"))

    op.drop_table("question")
    op.drop_table("notices_stopped")
    with op.batch_alter_table("look_key", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_look_key_viewer_id"))
        batch_op.drop_index(batch_op.f("ix_look_key_person_id"))

    op.drop_table("look_key")
    with op.batch_alter_table("look_in", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_look_in_state"))
        batch_op.drop_index(batch_op.f("ix_look_in_person_id"))

    op.drop_table("look_in")
    with op.batch_alter_table("look", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_look_person_id"))

    op.drop_table("look")
    with op.batch_alter_table("hours", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_hours_person_id"))

    op.drop_table("hours")
    with op.batch_alter_table("drawn", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_drawn_person_id"))

    op.drop_table("drawn")
    with op.batch_alter_table("device", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_device_person_id"))

    op.drop_table("device")
    with op.batch_alter_table("cover", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_cover_day"))

    op.drop_table("cover")
    op.drop_table("code")
    with op.batch_alter_table("checkin_plan", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_checkin_plan_person_id"))

    op.drop_table("checkin_plan")
    with op.batch_alter_table("campaign", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_campaign_state"))
        batch_op.drop_index(batch_op.f("ix_campaign_place_id"))

    op.drop_table("campaign")
    op.drop_table("calendar_key")
    with op.batch_alter_table("broadcast", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_broadcast_by_id"))

    op.drop_table("broadcast")
    with op.batch_alter_table("box", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_box_place_id"))
        batch_op.drop_index(batch_op.f("ix_box_keeper_id"))

    op.drop_table("box")
    op.drop_table("at_risk")
    with op.batch_alter_table("alert", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_alert_state"))
        batch_op.drop_index(batch_op.f("ix_alert_place_id"))

    op.drop_table("alert")
    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_account_person_id"))

    op.drop_table("account")
    with op.batch_alter_table("roster", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_roster_place_id"))

    op.drop_table("roster")
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_person_place_id"))
        batch_op.drop_index(batch_op.f("ix_person_name"))

    op.drop_table("person")
    with op.batch_alter_table("guide_answer", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_guide_answer_place_id"))

    op.drop_table("guide_answer")
    with op.batch_alter_table("wrong_code", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_wrong_code_sender"))
        batch_op.drop_index(batch_op.f("ix_wrong_code_at"))

    op.drop_table("wrong_code")
    with op.batch_alter_table("timer", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_timer_due_at"))

    op.drop_table("timer")
    op.drop_table("spent")
    op.drop_table("road")
    with op.batch_alter_table("place", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_place_parent_id"))

    op.drop_table("place")
    with op.batch_alter_table("inbox", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_inbox_at"))

    op.drop_table("inbox")
    op.drop_table("gap_told")
    with op.batch_alter_table("gap", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_gap_gateway"))

    op.drop_table("gap")
    with op.batch_alter_table("errand", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_errand_open",
            sqlite_where=sa.text("state IN ('waiting','doing')"),
            postgresql_where=sa.text("state IN ('waiting','doing')"),
        )

    op.drop_table("errand")

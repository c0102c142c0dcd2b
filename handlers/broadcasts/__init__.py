"""Notices to many: by place and group, now or by a schedule, shown first and read back after."""

from __future__ import annotations

from handlers.broadcasts import keeping, ordering, sending, stopping

PARTS = (keeping, ordering, sending, stopping)
"""The modules with handlers, for the list of features."""

__all__ = ["PARTS"]

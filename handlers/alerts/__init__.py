"""Alerts: a warning to a place, a roll-call of people at risk, duty doubled, and the stand-down."""

from __future__ import annotations

from handlers.alerts import answering, beginning, calling, doubling, ending, risk, standing

PARTS = (beginning, ending, standing, risk, calling, answering, doubling)
"""The modules with handlers, for the list of features."""

__all__ = ["PARTS"]

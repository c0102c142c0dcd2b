"""Contact cards, one a household: whom to ask and whom to ring, as a page and as a PDF."""

from bot.cards.households import Card, NoHouseholds, gather
from bot.cards.pdf import as_pdf
from bot.cards.qr import scanned

__all__ = ["Card", "NoHouseholds", "as_pdf", "gather", "scanned"]

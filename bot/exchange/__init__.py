"""Import and export: places, people, boxes, stock, rosters and check-ins."""

from bot.exchange.incoming import Counts, bring_in
from bot.exchange.outgoing import gather
from bot.exchange.sources import BadImport, Bundle, read
from bot.exchange.writing import write

__all__ = ["BadImport", "Bundle", "Counts", "bring_in", "gather", "read", "write"]

"""Help from outside with what the bot cannot hear by itself; off unless the operator names it."""

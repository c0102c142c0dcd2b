"""How fast the bot is on this machine, and what it loses when it is killed."""

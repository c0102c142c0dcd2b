"""The local chat, the status pages and the buttons."""

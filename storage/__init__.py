"""What it remembers: tables, transitions, queries, migrations."""

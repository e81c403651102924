"""Doors and journal: what is on disk, in one order, and never lost."""

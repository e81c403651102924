"""The loop: drain the doors, append to the journal, decide at ticks."""

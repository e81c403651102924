"""One door out: every read, page and live view, at a named journal position."""

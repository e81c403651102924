"""One door in: every report and desk action becomes an entry with a receipt."""

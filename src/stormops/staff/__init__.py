"""Sign-in, roles and shifts."""

"""Overload control in front of every route: who is served first, and who is told to come back."""

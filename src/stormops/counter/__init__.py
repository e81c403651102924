"""The counter: customer operations staff do every account duty here, by API and by screens that need no script."""

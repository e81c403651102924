"""Everything slow that reaches a person or another system, by RQ."""

"""Customers' own pages: their account, seen and acted on by themselves, at a port that serves nothing else."""

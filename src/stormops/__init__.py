"""Stormops: outage and storm operations for a city that owns its utilities and its buses."""

"""The pure transit domain: alerts of the city's buses in the terms of GTFS and GTFS-Realtime."""

"""The pure outage domain: values in, values out; no clock, no chance, no disk, no wire."""

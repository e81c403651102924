"""Import of real cities: service addresses and the electric network into a city pack.

The only owner of geopandas. Nothing is imported here, so that naming this package costs nothing;
start at `stormops.gis.importing.city`.
"""

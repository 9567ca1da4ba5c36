"""Properties by UPRN, streets by USRN, wards, and the search for an address.

Public: base_map, grid, models, queries, spots.
"""

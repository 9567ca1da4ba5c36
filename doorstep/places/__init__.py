"""Properties by UPRN, streets by USRN, wards, and the search for an address.

Public: base_map, finding, grid, models, queries, spots.
"""

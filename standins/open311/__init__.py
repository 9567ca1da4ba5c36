"""A stand-in for another authority's Open311 (GeoReport v2, in XML) that honours our keys, as another Doorstep does."""

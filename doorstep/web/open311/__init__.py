"""Open311 GeoReport v2: what may be reported, reporting it, where public reports stand; as XML and as JSON."""

"""Services: the shelf, keywords, and tokens for other systems."""

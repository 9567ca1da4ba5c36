"""The desk: worklist, case, decisions, delays, and the form for a caller."""

"""What the public may see of cases about a place: reports, those that are the same, those who follow them.

Public: actions, following, models, queries, still_there.
"""

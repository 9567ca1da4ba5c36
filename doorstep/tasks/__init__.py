"""What a person must do by a time: an owner or a team, a due time, an end. It knows no cases; a case knows its tasks.

Public: actions, kinds, models, queries.
"""

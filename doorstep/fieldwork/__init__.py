"""Work in the field: jobs, what came of each, and the events devices send.

Public: actions, models, queries.
"""

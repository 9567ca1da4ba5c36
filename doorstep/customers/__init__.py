"""People and organisations we deal with, and how to reach them.

Public: actions, models.
"""

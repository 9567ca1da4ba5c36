"""Who works here: staff users, roles, permissions, and who looked at what.

Public: actions, actor, models, permissions, queries, who.
"""

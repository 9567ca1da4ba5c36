"""Who works here: staff users, roles, permissions, and who looked at what.

Public: actions, actor, joining, models, permissions, queries, who.
"""

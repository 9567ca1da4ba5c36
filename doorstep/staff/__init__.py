"""Who works here: staff users, roles, permissions, and who looked at what.

Public: actions, actor, codes, joining, lost, models, passkeys, permissions, queries, sessions, ways, who.
"""

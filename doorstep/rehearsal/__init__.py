"""Plays examples of a service in a transaction that is rolled back; a library folder is published after it.

Public: actions, queries.
"""

"""Rounds, containers, collection days, round progress and property logs.

Public: actions, calendar, keyed, lifts, mirror, models, news, notes, plan_files, planning, provider, queries, round_list, sheets, sorting, theirs.
"""

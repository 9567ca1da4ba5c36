"""Rounds, containers, collection days, round progress and property logs.

Public: actions, calendar, lifts, mirror, models, news, notes, plan_files, planning, provider, queries, round_list, sheets, sorting, theirs.
"""

"""Rounds, containers, collection days, round progress and property logs.

Public: actions, calendar, models, notes, plan_files, planning, queries, round_list.
"""

"""Makes the demo council: homes, rounds, staff, and a week of work.

Public: claims, trial, week.
"""

"""This council: its brand, opening hours, contact routes and working-day calendar, one per deployment.

Public: addresses, checking, errors, front, offices, opening, queries, sign_in, spoken, weekdays.
"""

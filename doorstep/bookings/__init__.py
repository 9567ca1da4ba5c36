"""Days with room for work: calendars by area, holds while someone finishes a form, bookings of cases; offers the step `book`.

Public: actions, calendars, changing, models, moves, moving, queries, room, uses.
"""

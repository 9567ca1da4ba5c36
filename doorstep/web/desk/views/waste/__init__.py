"""Waste: homes, rounds, the round book, days and their bookings."""

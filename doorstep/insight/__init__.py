"""Counts what happens on the way through a form, and keeps what people say of it: sums of many, nobody's way.

Public: actions, answers, cells.
"""

"""Filling in a form, whoever does it: a person page by page, a program at once, an example, a made-up resident.

Public: answers, filling, orders, prefill.
"""

"""Charges, what was paid and paid back: a ledger, and the provider that takes the money.

Public: actions, comparing, models, money, provider, queries, refunds, taking, waiving.
"""

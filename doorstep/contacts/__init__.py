"""Contacts: a call, a visit, an e-mail, a letter; what was done in it, why people came, whether they need have come, what it cost.

Public: actions, cost, figures, forms, models, queries, reasons, ringing, waiting.
"""

"""What we tell people: texts, the outbox, and the provider that sends.

Public: actions, provider, queries, receipts, subscriptions.
"""

"""What we tell people: texts, the outbox, and the provider that sends.

Public: actions, another_way, provider, queries, receipts, short, subscriptions.
"""

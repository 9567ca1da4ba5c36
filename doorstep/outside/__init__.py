"""How work reaches outside systems: the queue, the sockets connectors fill, and the errors they raise.

Public: actions, away, errors, freshness, hashes, http, later, plug, queries, secret.
"""

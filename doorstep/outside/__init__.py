"""How work reaches outside systems: the queue, the sockets connectors fill, and the errors they raise.

Public: actions, away, breaker, calls, down, errors, freshness, hashes, heard, http, identity, kept, lately, later, masking, plug, queries, sealed, secret.
"""

"""A stand-in for an identity provider on this machine: OpenID Connect in the shape of Microsoft's Entra ID.

It asks for no password: one chooses among made-up people. It demands what a strict provider demands (PKCE, a nonce, the exact address to
come back to, a code once), and does wrong what it is told to do wrong.
"""

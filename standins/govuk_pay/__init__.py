"""A stand-in for GOV.UK Pay on this machine: its public API, card pages to click through, signed webhooks.

It takes no money and asks for no card: one chooses among Pay's own published mock cards. What it
knows of the protocol comes from the published description, which the contract tests hold it to.
"""

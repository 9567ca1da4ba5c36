"""A stand-in for GOV.UK Notify on this machine: its public API, its test addresses, its callbacks.

It sends nothing. What it knows of the protocol comes from the published description, which the contract
tests hold it to.
"""

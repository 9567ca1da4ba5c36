"""Other authorities: what is passed on to them, once, and what they say became of it; offers the step `send`.

Public: provider.
"""

"""Own words: which service, or which other authority, a text may be about; and what officers' corrections teach.

Public: facts, index, suggestions.
"""

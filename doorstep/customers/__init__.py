"""People and organisations we deal with, how to reach them, and what systems of record say of them: yes or no.

Public: actions, extract, finding, forgetting, matching, merging, models, people, provider, queries.
"""

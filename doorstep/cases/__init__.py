"""The spine: drafts, cases, their workflow, timeline, decisions and deadlines.

Public: access, actions, adding, asking, changing, choosing, clock, deciding, drafts, facts, gathered, history, leaving, locking, models,
needs_person, outcomes, owners, prefill, queries, rerouting, shapes, submitting, timeline, values, workflow.
"""

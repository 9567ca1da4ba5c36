"""The spine: drafts, cases, their workflow, timeline, decisions and deadlines.

Public: access, actions, adding, asking, changing, choosing, clock, deciding, drafts, facts, foreseeing, gathered, handing, history, leaving, locking, mistakes, models,
needs_person, outcomes, owners, parts, permits, prefill, queries, rerouting, restricting, shapes, sharing, submitting, timeline,
values, workflow.
"""

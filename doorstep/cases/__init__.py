"""The spine: drafts, cases, their workflow, timeline, decisions and deadlines."""

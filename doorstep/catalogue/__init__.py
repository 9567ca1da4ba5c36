"""Definitions of services: read, validate, version, publish.

Public: actions, build_service, built_in_stages, channels, differences, errors, files, models,
problem, queries, rests, schema, service, steps, words.
"""

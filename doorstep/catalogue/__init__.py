"""Definitions of services: read, validate, version, publish."""

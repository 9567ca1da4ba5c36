"""Rounds, containers, collection days, round progress and property logs."""

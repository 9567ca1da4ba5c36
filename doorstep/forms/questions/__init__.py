"""Kinds of question, one file each."""

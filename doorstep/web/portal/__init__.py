"""The resident's front door."""

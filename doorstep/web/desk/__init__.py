"""The adviser's and officer's front door."""

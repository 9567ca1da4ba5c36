"""The desk's pages of the people whom we serve."""

"""The crew's front door, for a tablet."""

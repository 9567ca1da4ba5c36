"""Connectors of the demo council, which speak to nothing outside this machine."""

"""The front door of whoever runs it: is it alive, is it ready, its figures."""

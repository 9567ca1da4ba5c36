"""Django's own PostgreSQL backend, with a look at a kept connection that sends nothing."""

"""The console script `doorstep`, the embedded database and the supervisor."""

"""The front door of vendors: their callbacks, each checked by its signature, and answered at once."""

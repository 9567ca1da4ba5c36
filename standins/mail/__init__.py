"""A stand-in for a mail server on this machine: it takes messages by SMTP and keeps them, as badly as it is told."""

"""The demo's own front door: an address for each outcome, sign-ins, the outbox; nowhere but in the demo."""

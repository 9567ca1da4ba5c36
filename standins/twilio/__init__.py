"""A stand-in for Twilio's Messages on this machine: send, ask for one, ask for the account. It sends nothing."""

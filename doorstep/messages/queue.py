"""The jobs of this room by name: actions defer them, `jobs` does them."""

from doorstep.outside import later

# A mail server that takes nothing from strangers at first does so after minutes: twelve runs are three quarters of an hour.
send = later.Job("messages.send", once="message-{message_id}", max_runs=12, along=True)
learn = later.Job("messages.learn", once="receipt-{message_id}")
send_code = later.Job("messages.send_code")

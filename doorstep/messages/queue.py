"""The jobs of this room by name: actions defer them, `jobs` does them."""

from doorstep.outside import later

send = later.Job("messages.send", once="message-{message_id}")
send_code = later.Job("messages.send_code")

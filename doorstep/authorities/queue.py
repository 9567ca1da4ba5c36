"""The jobs of this room by name: actions defer them, `jobs` does them."""

from doorstep.outside import later

send = later.Job("authorities.send", once="pass-{passed_id}")
fetch = later.Job("authorities.fetch", once="fetch-{authority}")

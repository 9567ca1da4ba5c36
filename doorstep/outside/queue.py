"""The job of this room by name."""

from doorstep.outside import later

ask = later.Job("outside.ask", once="ask-{socket}", max_runs=1)

"""The jobs of this room by name: actions defer them, `jobs` does them."""

from doorstep.outside import later

announce = later.Job("reports.announce")

"""The jobs of this room by name: actions defer them, `jobs` does them."""

from doorstep.outside import later

make_thumbnail = later.Job("photos.thumbnail")

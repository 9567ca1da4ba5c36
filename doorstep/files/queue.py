"""The jobs of this room by name: actions defer them, `jobs` does them."""

from doorstep.outside import later

make_thumbnail = later.Job("photos.thumbnail")
# Fourteen tries take an hour: a scanner that is started anew loads its signatures for minutes.
scan_paper = later.Job("papers.scan", once="paper-{name}", max_runs=14)
make_preview = later.Job("papers.preview")

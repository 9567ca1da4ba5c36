"""The jobs of this room by name: actions defer them, `jobs` does them."""

from doorstep.outside import later

# A service of a hundred examples takes some ten seconds; a busy machine, several times as long.
play = later.Job("rehearsal.play", once="publishing-{publishing_id}", max_runs=4, max_seconds=300)

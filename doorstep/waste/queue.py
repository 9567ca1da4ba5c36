"""The jobs of this room by name: actions defer them, `jobs` does them."""

from doorstep.outside import later

# One plan at a time: several at once would take every place of a worker, and messages wait.
read_plan = later.Job(
    "waste.read_plan", once="plan-{plan_id}", alone="plans", max_runs=3, max_seconds=600
)
# What is to be done about a piece of work in the council's own waste system; it is looked for every minute, so that one run is enough.
sheet = later.Job("waste.sheet", once="sheet-{sheet_id}", max_runs=1, max_seconds=110)
read_homes = later.Job("waste.read_homes", once="homes", alone="homes", max_runs=1, max_seconds=110)

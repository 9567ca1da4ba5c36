"""The jobs of this room by name: actions defer them, `jobs` does them."""

from doorstep.outside import later

# One plan at a time: several at once would take every place of a worker, and messages wait.
read_plan = later.Job(
    "waste.read_plan", once="plan-{plan_id}", alone="plans", max_runs=3, max_seconds=600
)

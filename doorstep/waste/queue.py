"""The jobs of this room by name: actions defer them, `jobs` does them."""

from doorstep.outside import later

read_plan = later.Job("waste.read_plan", once="plan-{plan_id}", max_runs=3, max_seconds=600)

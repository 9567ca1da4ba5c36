"""The jobs of this room by name: actions defer them, `jobs` does them."""

from doorstep.outside import later

create = later.Job("payments.create", once="create-{attempt_id}")
learn = later.Job("payments.learn", once="learn-{attempt_id}")
lapse = later.Job("payments.lapse", once="lapse-{charge_id}")
close = later.Job("payments.close", once="close-{attempt_id}")
refund = later.Job("payments.refund", once="refund-{refund_id}")
compare = later.Job("payments.compare", once="compare-{comparison_id}", max_runs=3, max_seconds=900)

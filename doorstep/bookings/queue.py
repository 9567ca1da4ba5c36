"""The jobs of this room by name: actions defer them, `jobs` does them."""

from doorstep.outside import later

lapse = later.Job("bookings.lapse", once="booking-lapse-{case_id}")
lose = later.Job("bookings.lose", once="booking-lose-{case_id}")
move = later.Job("bookings.move", once="booking-move-{move_id}")

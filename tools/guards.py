"""`make guards`: takes one guard at a time out of a copy of this checkout and sees its test fail.

A test that passes without the guard it is about proves nothing; this finds such tests.
"""

import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
KEPT = (
    "doorstep",
    "services",
    "councils",
    "locale",
    "static-built",
    "tests",
    "tools",
    "docs",
    "bench",
)
FAULTS, REPORTS = "tests/faults", "tests/reports/test_reports.py"
PICTURE = "tests/files/test_picture.py"
TEXTS = "tests/web/test_texts.py"


@dataclass(frozen=True)
class Guard:
    """A guard: what it is, where it stands, what takes it away, and the test that must then fail."""

    what: str
    path: str
    text: str
    without: str
    test: str
    # A second edit, where two guards stand one behind the other.
    also: tuple[str, str] = ("", "")
    # The same in another file: its path, what stands there, what takes it away.
    elsewhere: tuple[str, str, str] = ("", "", "")


TRIGGER = """create trigger room_left before insert or update on bookings_booking
  for each row execute function doorstep_room_left();
"""
GUARDS = (
    Guard("a form sent twice is one case", "doorstep/cases/submitting.py",
          "    if draft.sent_at:\n        return Case", "    if False:\n        return Case",
          f"{FAULTS}/test_processes.py::test_web_processes_killed_while_forms_are_sent"),
    Guard("jobs of dead workers are brought back", "doorstep/outside/sweeper.py",
          "if dead or (", "if (",
          f"{FAULTS}/test_processes.py::test_workers_killed_while_messages_are_sent"),
    Guard("the messenger honours our key", "doorstep/connectors/demo/messenger.py",
          'path = self._folder / f"{message.key}.json"\n        _slow', 'path = self._folder / f"{message.key}{os.getpid()}.json"\n        _slow',
          f"{FAULTS}/test_processes.py::test_workers_killed_while_messages_are_sent"),
    Guard("tasks: an end is one end", "doorstep/tasks/actions.py",
          "    if task.ended_at:\n        raise Refused", "    if False:\n        raise Refused",
          "tests/cases/test_asking.py::test_a_case_that_needs_a_person_is_listed_until_someone_says_it_is_done"),
    Guard("tasks: what another took meanwhile stays theirs", "doorstep/tasks/actions.py",
          "    if task.owner_id != seen_owner:", "    if False:",
          "tests/tasks/test_actions.py::test_two_who_take_it_at_once_do_not_both_have_it"),
    Guard("tasks: what is still to be done about a case is asked once", "doorstep/cases/needs_person.py",
          "    if same.exists():", "    if False:",
          "tests/cases/test_asking.py::test_a_case_that_needs_a_person_is_listed_until_someone_says_it_is_done"),
    Guard("tasks: what one thing asked for is not ended by another", "doorstep/cases/needs_person.py",
          "case.tasks.filter(topic=topic, task__ended_at=None)", "case.tasks.filter(task__ended_at=None)",
          "tests/cases/test_asking.py::test_what_one_thing_asked_for_is_not_ended_by_another"),
    Guard("tasks: an erased case takes their words along", "doorstep/cases/forgetting.py",
          "    tasks.forget(", "    (lambda **_: None)(",
          "tests/cases/test_asking.py::test_an_erased_case_takes_what_its_tasks_said_along"),
    Guard("tasks: a flag of the version before becomes one", "doorstep/cases/migrations/0016_tasks.py",
          "        migrations.RunPython(take_over, migrations.RunPython.noop),\n", "",
          "tests/upgrade/test_version_before.py::test_what_the_version_before_left_goes_on"),
    Guard("messages: what may have left is not sent again blindly", "doorstep/messages/sending.py",
          "if begun.again else None", "if False else None",
          f"{FAULTS}/test_messages.py::test_a_worker_killed_anywhere_tells_once_or_a_person_knows"),
    Guard("messages: the row says that a try began, before the call", "doorstep/messages/sending.py",
          'message.save(update_fields=["begun_at"])', "pass",
          f"{FAULTS}/test_messages.py::test_a_worker_killed_anywhere_tells_once_or_a_person_knows"),
    Guard("messages: two workers never hand over the same", "doorstep/messages/sending.py",
          "if cursor.fetchone() != (True,):", "if False:",
          f"{FAULTS}/test_messages.py::test_two_workers_at_once_send_one"),
    Guard("messages: an answer lost after the text is not a failure to send", "doorstep/connectors/smtp.py",
          'raise Unsure("the mail server broke', 'raise TryLater("the mail server broke',
          "tests/contracts/test_smtp.py::test_each_failure_means_one_thing"),
    Guard("messages: a mail server that drips is cut off", "doorstep/connectors/smtp.py",
          "        timer.start()\n", "",
          "tests/contracts/test_smtp.py::test_a_slow_server_has_its_time_and_no_more"),
    Guard("messages: an answer of Notify that was lost is looked up", "doorstep/connectors/govuk_notify.py",
          'raise Unsure("GOV.UK Notify\'s answer is not known")', 'raise TryLater("GOV.UK Notify\'s answer is not known")',
          f"{FAULTS}/test_messages.py::test_by_notify_what_is_lost_or_late_arrives_once"),
    Guard("messages: what anyone typed is no link of ours", "doorstep/connectors/govuk_notify.py",
          'if field != "link"', "if False",
          "tests/contracts/test_govuk_notify.py::test_an_email_goes_with_its_reference_and_only_our_link_is_one"),
    Guard("messages: a callback needs our token", "doorstep/connectors/govuk_notify.py",
          "if not (right and hmac.compare_digest(right.encode(), token.encode())):", "if False:",
          "tests/messages/test_receipts.py::test_a_forged_callback_changes_nothing"),
    Guard("messages: what nothing is heard of ends with a person", "doorstep/messages/receipts.py",
          "elif now - message.sent_at > SILENT:", "elif False:",
          "tests/messages/test_receipts.py::test_what_nothing_is_heard_of_for_days_is_a_persons"),
    Guard("messages: what bounces ends with a person", "doorstep/messages/receipts.py",
          'if delivery.state == "undeliverable":', "if False:",
          "tests/messages/test_receipts.py::test_what_bounces_puts_the_case_before_a_person"),
    Guard("messages: pressed twice is sent again once", "doorstep/messages/another_way.py",
          "if _is_waiting(message) or message.again.filter(channel=way, failed_at=None).exists():", "if False:",
          "tests/messages/test_another_way.py::test_a_text_goes_once_and_says_where_the_rest_is_read"),
    Guard("messages: no text leaves at night", "doorstep/messages/sending.py",
          'quiet_until(now) if message.channel == "text" else None', "None",
          "tests/messages/test_another_way.py::test_at_night_a_text_waits_for_the_morning"),
    Guard("messages: a code is not sent again", "doorstep/messages/another_way.py",
          '.exclude(name="code")', "",
          "tests/messages/test_another_way.py::test_a_code_and_what_still_waits_are_not_sent_again"),
    Guard("what ends is started again", "doorstep/cli/supervisor.py",
          "if process is None or process.poll() is not None:", "if process is None:",
          f"{FAULTS}/test_database.py::test_the_database_stops_and_starts_under_load[immediate]"),
    Guard("while the database is away we say: come back", "doorstep/web/kit/errors.py",
          "if not isinstance(sys.exc_info()[1], AWAY):", "if True:",
          f"{FAULTS}/test_database.py::test_the_database_stops_and_starts_under_load[fast]"),
    Guard("one open case about one thing", "doorstep/cases/submitting.py",
          "unique_key=facts.unique_key(service.slug, tuple(a[q] for q in unique)) if unique else None,", "unique_key=None,",
          f"{FAULTS}/test_race.py"),
    Guard("a job that is given up is asked of a person", "doorstep/outside/sweeper.py",
          "        job.on_give_up(**args)\n", "        pass\n",
          f"{FAULTS}/test_queue.py::test_poison_and_a_failing_last_write_hold_up_no_other"),
    Guard("what is passed on carries our key", "doorstep/connectors/open311.py",
          'headers={"Idempotency-Key": report.key},', "headers={},",
          "tests/authorities/test_killed.py::test_killed_anywhere_on_the_way"),
    Guard("partners: a status counts in any spelling", "doorstep/connectors/open311.py",
          "plain = _plain(status)\n", "plain = status\n",
          "tests/contracts/test_carrier.py::test_a_status_is_read_in_every_usual_spelling"),
    Guard("partners: their words reach staff, whatever the state", "doorstep/authorities/actions.py",
          "    if update.words or is_news:\n", "    if is_news:\n",
          "tests/authorities/test_updates.py::test_their_words_always_reach_staff"),
    Guard("partners: an unknown status is asked once", "doorstep/authorities/officers.py",
          "    if is_new:\n        needs", "    if True:\n        needs",
          "tests/authorities/test_updates.py::test_a_status_we_do_not_know_is_asked_of_an_officer_once"),
    Guard("partners: a row that lacks something is an officer's", "doorstep/authorities/actions.py",
          '        officers.ask_once(row=row, about=update.id, text=text, now=now)\n        return\n', '        return\n',
          "tests/authorities/test_updates.py::test_one_bad_row_keeps_back_no_other_and_an_officer_knows"),
    Guard("partners: what is dated a little earlier is asked for", "doorstep/authorities/actions.py",
          "OVERLAP = timedelta(days=1)", "OVERLAP = timedelta(minutes=15)",
          "tests/authorities/test_updates.py::test_an_update_under_an_earlier_moment_is_asked_for"),
    Guard("partners: one token holds up no other", "doorstep/authorities/actions.py",
          "        except OutsideError as exc:\n            log", "        except ZeroDivisionError as exc:\n            log",
          "tests/authorities/test_updates.py::test_one_token_that_cannot_be_had_holds_up_no_other"),
    Guard("partners: what is not spoken of ends with an officer", "doorstep/authorities/overdue.py",
          "timedelta(days=days.news):", "timedelta(days=9000):",
          "tests/authorities/test_updates.py::test_what_is_not_spoken_of_is_an_officers_once"),
    Guard("partners: a token without an id ends with an officer", "doorstep/authorities/overdue.py",
          "if not row.their_id and now", "if False and now",
          "tests/authorities/test_updates.py::test_a_token_without_an_id_is_an_officers_once"),
    Guard("partners: who cannot be asked is said by one case", "doorstep/authorities/overdue.py",
          "            if not OfficerAsked.objects.filter(about=about).exists():\n", "            if False:\n",
          "tests/authorities/test_updates.py::test_who_cannot_be_asked_for_a_day_is_said_once_by_one_case"),
    Guard("partners: what nobody tries any more is given up", "doorstep/authorities/overdue.py",
          "            actions.give_up(", "            dict(",
          "tests/authorities/test_updates.py::test_what_no_try_of_which_came_to_an_end_is_given_up"),
    Guard("partners: their end is told as theirs", "services/graffiti/workflow.yaml",
          "  send.closed: closed_there\n", "  send.closed: not_found\n",
          "tests/house/test_partners.py"),
    Guard("tables: a quotation mark without a partner is seen", "doorstep/text/tables.py",
          "strict=True, ", "",
          "tests/text/test_tables.py::test_what_cannot_be_read_is_said_with_its_line"),
    Guard("tables: the first line says what parts the cells", "doorstep/text/tables.py",
          "key=lambda separator: _known(head, separator, columns)", "key=len",
          "tests/text/test_tables.py::test_every_line_end_and_separator"),
    Guard("tables: lines end as on any system", "doorstep/text/tables.py",
          'return _LINE_END.sub("\\n", text', 'return ("\\n".join([text])',
          "tests/text/test_tables.py::test_line_ends_may_be_mixed"),
    Guard("calendar: a day that moves back is the newer event", "doorstep/waste/planning.py",
          "    apply(change.edits, back=True)\n    _note_moves(change.edits, now)\n", "    apply(change.edits, back=True)\n",
          "tests/web/test_bins.py::test_an_event_says_when_its_day_moved_and_which_one_is_newer"),
    Guard("calendar: what is told of a day says when", "doorstep/web/portal/feeds.py",
          "if day == when.day]", "if False]",
          "tests/web/test_bins.py::test_what_is_told_of_a_day_says_when_and_nothing_depends_on_the_moment_of_asking"),
    Guard("a failing job is not tried for ever", "doorstep/outside/later.py",
          "or job.attempts + 1 >= self.max_runs:", "or job.attempts + 1 >= 10_000:",
          f"{FAULTS}/test_queue.py::test_poison_and_a_failing_last_write_hold_up_no_other"),
    Guard("a worker that hangs ends itself", "doorstep/outside/watch.py",
          "    end()\n", "    return\n",
          f"{FAULTS}/test_queue.py::test_a_worker_whose_job_hangs_ends_itself"),
    Guard("a disk that refuses is a sentence", "doorstep/files/photos.py",
          "except OSError as exc:  # the disk", "except ZeroDivisionError as exc:  # the disk",
          f"{FAULTS}/test_files.py::test_the_disk_refuses_while_a_photo_is_uploaded"),
    Guard("nothing half written stays", "doorstep/files/photos.py",
          "part.unlink(missing_ok=True)", "pass",
          f"{FAULTS}/test_files.py::test_the_disk_refuses_while_a_photo_is_uploaded"),
    Guard("a photo is read with so much memory and no more", "doorstep/files/picture.py",
          "(resource.RLIMIT_AS, MOST_MEMORY),", "",
          f"{PICTURE}::test_a_photo_is_taken_as_it_looked_or_the_refusal_is_true"),
    Guard("few photos are read at once", "doorstep/files/child.py",
          "fcntl.flock(place, fcntl.LOCK_EX | fcntl.LOCK_NB)", "pass",
          f"{PICTURE}::test_few_are_read_at_once_whatever_comes"),
    Guard("a photo that takes too long is ended", "doorstep/files/child.py",
          "process.wait(DEADLINE_SECONDS)", "process.wait()",
          f"{PICTURE}::test_what_takes_too_long_is_ended_and_said_so"),
    Guard("what reads photos knows no secret", "doorstep/files/child.py",
          "            env=ENVIRONMENT,\n", "",
          f"{PICTURE}::test_the_process_that_reads_knows_no_secret"),
    Guard("a photo's colours are turned before their profile goes", "doorstep/files/picture.py",
          "return turned or image", "return image",
          "tests/web/test_odd_photos.py::test_what_is_taken_is_seen_at_the_desk_and_by_anyone"),
    Guard("a photo is turned upright", "doorstep/files/picture.py",
          "small.transpose(turn) if turn is not None else small", "small",
          "tests/web/test_odd_photos.py::test_what_is_taken_is_seen_at_the_desk_and_by_anyone"),
    Guard("broken words beside a photo break nothing", "doorstep/files/picture.py",
          "except Exception:  # whatever Pillow", "except ZeroDivisionError:  # whatever Pillow",
          f"{PICTURE}::test_a_photo_is_taken_as_it_looked_or_the_refusal_is_true"),
    Guard("a damaged photo is a sentence", "doorstep/files/picture.py",
          "except Exception as exc:  # each decoder", "except MemoryError as exc:  # each decoder",
          f"{PICTURE}::test_a_photo_is_taken_as_it_looked_or_the_refusal_is_true"),
    Guard("photos are counted by person and form", "doorstep/web/kit/uploads.py",
          "if standing.is_over:", "if False:",
          "tests/web/test_uploads.py"),
    Guard("a photo stays while its form may still be sent", "doorstep/files/photos.py",
          "old.exclude(name__in=unfinished)", "old",
          "tests/cases/test_photos_not_sent.py"),
    Guard("a photo's size is read before its pixels", "doorstep/files/picture.py",
          "if image.width * image.height > MOST_PIXELS:", "if False:",
          f"{FAULTS}/test_files.py::test_a_photo_bomb_is_refused_and_costs_little"),
    Guard("today is a day in London", "doorstep/forms/rules/functions.py",
          "return self.now.astimezone(self.zone).date()", "return self.now.date()",
          f"{FAULTS}/test_clock.py"),
    Guard("a note is queued once", "doorstep/waste/notes.py",
          "    note.told_for = tomorrow\n", "    note.told_for = None\n",
          f"{FAULTS}/test_clock.py::test_the_note_of_the_evening_before_goes_out_once",
          ('f"bin-note-{note.pk}-{tomorrow}"', 'f"bin-note-{note.pk}-{now}"')),
    Guard("money: what somebody gave back there comes into our ledger", "doorstep/payments/refunds.py",
          "    if refunded_there.unknown(attempt, rows):", "    if False:",
          "tests/payments/test_refunded_there.py::test_what_is_left_is_given_back_after_somebody_gave_a_part_back_there"),
    Guard("money: a webhook of their refund is followed", "doorstep/payments/actions.py",
          "    if payment.refunded != refunds.sent_of(attempt):", "    if False:",
          "tests/payments/test_refunded_there.py::test_a_webhook_alone_brings_their_refund_into_the_ledger"),
    Guard("money: a balance that stays another is not asked for without an end", "doorstep/payments/refunds.py",
          "        if now - (refund.decided_at or refund.asked_at) > SHOWN_BY:", "        if False:",
          "tests/payments/test_refunded_there.py::test_a_balance_that_stays_another_ends_with_a_person"),
    Guard("money: our own lost refund is not somebody else's", "doorstep/payments/refunded_there.py",
          "        if lost is None:", "        if True:",
          "tests/payments/test_refunded_there.py::test_our_own_refund_whose_answer_was_lost_is_not_taken_for_somebody_elses"),
    Guard("money: a sum that could be another is asked again", "doorstep/text/sums.py",
          "(?:\\.([0-9]{2}))?", "(?:[.,]([0-9]{1,2}))?",
          "tests/text/test_sums.py::test_what_could_be_another_sum_is_no_sum"),
    Guard("money: nothing or less is not all of it", "doorstep/payments/steps.py",
          'amount = min(options.get("pence", left), left)', 'amount = left if options.get("pence", -1) == -1 else min(options["pence"], left)',
          "tests/payments/test_actions.py::test_a_sum_of_nothing_or_less_gives_nothing_back"),
    Guard("money: a page that shows no mark moves none", "doorstep/web/desk/refusal.py",
          "            if seen.FIELD not in request.POST and not always:", "            if seen.FIELD not in request.POST:",
          "tests/web/test_as_it_was_seen.py::test_money_does_not_move_for_a_page_that_brings_no_mark"),
    Guard("money: the same refund from two older pages goes once", "doorstep/web/desk/views/money/payments.py",
          '@as_it_was_seen(locked_state, "money", always=True)\n', "",
          "tests/web/test_as_it_was_seen.py::test_what_another_changed_is_said_and_nothing_done"),
    Guard("a case that went on is not decided with the others", "doorstep/cases/deciding.py",
          "        if made_at and made_at != standing(case):", "        if False:",
          "tests/cases/test_disputes.py::test_a_case_that_went_on_since_the_list_was_opened_is_not_decided_with_the_others"),
    Guard("two officers: a decision carries its stage", "doorstep/web/desk/views/cases/case.py",
          '@as_it_was_seen(locked_state, "stage", always=True)', '@as_it_was_seen(locked_state, "stage")',
          "tests/web/test_as_it_was_seen.py::test_a_decision_carries_the_stage_it_was_made_at"),
    Guard("two officers: nothing is chosen in advance", "doorstep/web/desk/templates/desk/case.html",
          'refused in ("changed_since", "decision_not_allowed")', "changed",
          "tests/web/test_as_it_was_seen.py::test_a_mark_that_cannot_be_read_chooses_nothing_in_advance"),
    Guard("a move taken back keeps the deadline", "doorstep/cases/rerouting.py",
          "        case.due_on = due_on\n", "",
          "tests/cases/test_moving.py::test_taking_a_move_back_keeps_the_old_deadline"),
    Guard("what is not offered online has no page", "doorstep/web/portal/online.py",
          "        if service is None or service.is_online:", "        if True:",
          "tests/web/test_not_online.py::test_every_address_of_it_says_how_to_ask_for_it"),
    Guard("what is not offered online is found nowhere", "doorstep/catalogue/queries.py",
          "    return [service for service in running() if service.is_online]", "    return running()",
          "tests/web/test_not_online.py::test_programs_find_it_nowhere"),
    Guard("what the provider did not tell us is asked for", "doorstep/payments/jobs.py",
          "    for attempt in live[:2000]:", "    for attempt in live[:0]:",
          f"{FAULTS}/test_bulky.py::test_killed_anywhere_from_the_hold_to_the_booking"),
    Guard("a day that is gone leads to another or to the money", "doorstep/bookings/steps.py",
          'return "book.none"', "return None",
          f"{FAULTS}/test_bulky.py::test_nobody_has_paid_without_a_booking_or_a_refund"),
    Guard("a price stays as quoted while the day is held", "doorstep/cases/values.py",
          "if draft.quoted is not None and draft.held_until and now < draft.held_until:", "if False:",
          "tests/cases/test_quoted.py"),
    Guard("migrations only expand", f"{FAULTS}/test_deploy.py",
          "alter table cases_case add column brought_later text not null default ''", "alter table cases_case add column brought_later text not null",
          f"{FAULTS}/test_deploy.py"),
    Guard("a place is sold once, by lock and by trigger", "doorstep/bookings/actions.py",
          "rows = Day.objects.select_for_update(no_key=True).filter(", "rows = Day.objects.filter(",
          f"{FAULTS}/test_bookings.py::test_ten_places_wanted_at_once_are_held_by_ten",
          elsewhere=("doorstep/bookings/migrations/0002_no_slot_twice.py", TRIGGER, "")),
    Guard("the database counts a day's places", "doorstep/bookings/migrations/0002_no_slot_twice.py",
          TRIGGER, "",
          "tests/bookings/test_actions.py::test_the_database_refuses_what_our_code_forgot"),
    Guard("a hold keeps others out longer than its owner may use it", "doorstep/bookings/models.py",
          "GRACE = timedelta(seconds=60)", "GRACE = timedelta(0)",
          "tests/bookings/test_actions.py::test_an_expired_hold_keeps_others_out_a_minute_more_than_its_owner_may_use_it"),
    Guard("a form opens for its owner alone", "doorstep/cases/queries.py",
          "Draft.objects.filter(owner_kind=owner.kind, owner_key=owner.key)", "Draft.objects.all()",
          "tests/web/test_whose_form.py::test_a_form_of_somebody_else_shows_nothing"),
    Guard("a cookie that we did not sign is nobody", "doorstep/web/kit/visitor.py",
          "return signing.Signer(salt=BROWSER).unsign(request.COOKIES.get(cookie(), \"\"))",
          "return request.COOKIES.get(cookie(), \"\").rsplit(\":\", 1)[0]",
          "tests/web/test_whose_form.py::test_only_a_cookie_that_we_signed_is_taken"),
    Guard("what is sent is what the check page showed", "doorstep/web/form/pages.py",
          "    if changed is not None:\n", "    if False:\n",
          "tests/web/test_whose_form.py::test_what_is_sent_is_what_the_page_showed"),
    Guard("an answer changed in the very moment is not sent", "doorstep/cases/submitting.py",
          "if answers is not None and draft.answers != answers:", "if False:",
          "tests/web/test_whose_form.py::test_an_answer_changed_in_the_very_moment_is_not_sent"),
    Guard("an unsaved form waits a night, no longer", "doorstep/cases/queries.py",
          "own_drafts.exclude(access.expired(now))", "own_drafts",
          "tests/web/test_whose_form.py::test_an_unfinished_form_is_announced_and_nothing_in_it_shown"),
    Guard("officers act on what they saw", "doorstep/web/desk/refusal.py",
          "                if others or changed == []:", "                if False:",
          "tests/web/test_as_it_was_seen.py"),
    Guard("what is no longer asked is neither weighed nor sent", "doorstep/cases/drafts.py",
          "    if changed:\n        _put_away_unseen(", "    if False:\n        _put_away_unseen(",
          "tests/cases/test_going_back.py"),
    Guard("words that were saved are not passed over", "doorstep/intake/filling.py",
          "        return journey.first_open(self.pages, self.draft.answers, self.stopped_at, self.draft.typed)", "        return journey.first_open(self.pages, self.draft.answers, self.stopped_at)",
          "tests/web/test_whose_form.py::test_words_saved_while_correcting_are_not_passed_over"),
    Guard("a filter of which nothing is left finds nothing", "doorstep/web/kit/gate.py",
          "clean(text) or text and left for text", "clean(text) for text",
          "tests/web/test_gate.py"),
    Guard("going back forgets only what rests on the answer", "doorstep/cases/drafts.py",
          "stale = [p for p in form.pages if pages[p.id] & gone]", "stale = list(form.pages)",
          "tests/cases/test_going_back.py"),
    Guard("report: what an officer hid nobody sees", "doorstep/reports/queries.py",
          "Report.objects.filter(hidden=False, ", "Report.objects.filter(",
          f"{REPORTS}::test_words_are_shown_once_an_officer_says_so_and_hidden_again"),
    Guard("report: what stands behind another is not shown beside it", "doorstep/reports/queries.py",
          ".exclude(_same())", "",
          f"{REPORTS}::test_an_officer_joins_and_parts_and_everything_is_as_before"),
    Guard("report: words are shown only when they were let through", "doorstep/reports/queries.py",
          " if report.text_shown else \"\"", "",
          f"{REPORTS}::test_a_report_shows_where_and_what_and_nothing_of_its_person"),
    Guard("report: photos are shown only when they were let through", "doorstep/reports/queries.py",
          "for name in mine if name in report.photos_shown", "for name in mine",
          f"{REPORTS}::test_a_photo_is_anyones_only_once_an_officer_says_so"),
    Guard("report: joining makes no ring", "doorstep/reports/actions.py",
          "    if into.pk == case.pk:\n        raise Refused(\"same_report\")\n", "",
          f"{REPORTS}::test_joining_follows_a_chain_and_never_makes_a_ring"),
    Guard("report: officers who join crosswise come one after the other", "doorstep/reports/actions.py",
          "        cursor.execute(\"select pg_advisory_xact_lock(hashtext('doorstep.reports.joining'))\")",
          "        pass", "tests/reports/test_merging_at_once.py"),
    Guard("report: what was dealt with meanwhile gets work of its own", "doorstep/reports/actions.py",
          " or into.pk == case.pk or into.closed_at:\n        return False", " or into.pk == case.pk:\n        return False",
          f"{REPORTS}::test_one_that_was_dealt_with_meanwhile_gets_its_own_job"),
    Guard("report: a follower is told once of each stage", "doorstep/reports/following.py",
          "{case.stage_since:%Y%m%d%H%M%S}-{follower.pk}", "{__import__('uuid').uuid4().hex}-{follower.pk}",
          f"{REPORTS}::test_followers_of_street_ward_and_report_are_told_once_of_each_move"),
    Guard("report: only who confirmed is told", "doorstep/reports/following.py",
          "Follower.objects.filter(wish, confirmed_at__isnull=False)", "Follower.objects.filter(wish)",
          f"{REPORTS}::test_nobody_is_told_of_what_is_hidden_or_not_confirmed"),
    Guard("report: what was typed anew is looked for first", "doorstep/forms/questions/location.py",
          "if typed and (not chosen or typed != (posted.get(f\"{question.id}-found\") or \"\").strip()):", "if typed and not chosen:",
          "tests/forms/test_questions.py"),
    Guard("text: what a form brings is clean", "doorstep/web/kit/gate.py",
          "            of._post = _clean(of._post)\n", "",
          "tests/web/test_gate.py::test_a_note_and_a_reason_hold_no_control_character"),
    Guard("text: an address and its query are clean", "doorstep/web/kit/gate.py",
          "        of.GET = _clean(of.GET)\n", "", "tests/web/test_gate.py"),
    Guard("text: a link opens with what mail programs leave behind it", "doorstep/text/copied.py",
          "    return text.rstrip(_AFTER)", "    return text",
          "tests/web/test_returning.py::test_a_link_opens_with_what_mail_programs_leave_behind_it"),
    Guard("text: JSON is clean", "doorstep/web/api/reading.py",
          "        return clean_all(body)", "        return body",
          "tests/web/test_gate.py::test_a_body_of_json_is_clean"),
    Guard("text: a round plan is clean", "doorstep/waste/plan_files.py",
          'clean(content.decode("utf-8-sig"))', 'content.decode("utf-8-sig")',
          f"{TEXTS}::test_what_staff_and_residents_write_comes_out_clean"),
    Guard("text: what was stored before is safe in RSS", "doorstep/web/portal/reports.py",
          'description=for_xml("\\n\\n".join(filter(None, (row.says, row.text)))),',
          'description="\\n\\n".join(filter(None, (row.says, row.text))),',
          f"{TEXTS}::test_what_was_stored_before_breaks_no_output"),
    Guard("text: a number in a table is a number", "doorstep/text/safe.py",
          "    if isinstance(value, int | float):\n", "    if False:\n", "tests/web/test_lists.py"),
    Guard("text: a reference is understood however it was copied", "doorstep/cases/access.py",
          "copied.reference(reference)[:16]", "reference.strip().upper()[:16]",
          "tests/web/test_returning.py::test_a_reference_gets_its_code_however_it_was_copied"),
    Guard("text: an address that no server takes is refused", "doorstep/forms/questions/email.py",
          "if text and not (address := copied.email(text)):", 'if not (address := text) and "@" in text:',
          "tests/forms/test_questions.py"),
    Guard("text: a new search clears the old choice", "doorstep/web/form/receive.py",
          "    _forget_old_choice(here, posted)\n", "", "tests/web/test_location.py"),
    Guard("text: a case’s history says what was said then", "doorstep/cases/workflow.py",
          '{"was": was} if was else {}', "{}", "tests/cases/test_history.py"),
    Guard("text: an e-mail is spoken of only when one was sent", "doorstep/messages/queries.py",
          "Message.objects.filter(case=case, sent_at__isnull=False)", "Message.objects.filter(case=case)",
          "tests/payments/test_pages.py::test_an_email_is_spoken_of_only_when_one_was_sent"),
    Guard("text: an old link says that it stops nothing", "doorstep/messages/subscriptions.py",
          "        return bool(wishes)", "        return True",
          "tests/web/test_notes.py::test_an_old_link_says_that_it_stops_nothing"),
    Guard("text: a far day has its year", "doorstep/catalogue/words.py",
          "year or _needs_year(value)", "year", "tests/catalogue/test_words.py"),
    Guard("text: an answer has its year", "doorstep/intake/answers.py",
          "sentence = say(kind.show(question, answer, offered), year=True)", "sentence = say(kind.show(question, answer, offered))",
          "tests/catalogue/test_words.py::test_an_answer_has_its_year_always"),
    Guard("text: what falls back to English says so", "doorstep/council/queries.py",
          "dress(value) if code == language() else Untranslated(dress(value), code)", "dress(value)",
          "tests/web/test_languages.py::test_what_falls_back_to_english_says_that_it_is"),
    Guard("text: a page of one question keeps its hint", "doorstep/web/form/templates/form/page.html",
          "[page.hint if alone, q.hint]", "[q.hint]",
          "tests/forms/test_questions.py::test_no_label_and_no_hint_is_swallowed"),
)  # fmt: skip


def copy(folder: Path) -> None:
    """Copy this checkout, with the same installed packages."""
    for name in KEPT:
        if (ROOT / name).exists():
            shutil.copytree(
                ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__")
            )
    shutil.copy(ROOT / "pyproject.toml", folder)


def fails_without(guard: Guard) -> str:
    """Say whether a guard's test fails without it: "fails", or what is wrong with the pair."""
    # Always the same folder: the embedded database of a checkout is named by its path.
    folder = Path(tempfile.gettempdir()) / "doorstep-guards"
    shutil.rmtree(folder, ignore_errors=True)
    try:
        copy(folder)
        here = ((guard.path, guard.text, guard.without), (guard.path, *guard.also))
        for where, before, after in (*here, guard.elsewhere):
            if not before:
                continue
            text = (folder / where).read_text()
            if text.count(before) != 1:
                return "NOT FOUND"
            (folder / where).write_text(text.replace(before, after))
        run = [sys.executable, "-m", "pytest", "-q", "-n", "0", "-x", guard.test]
        done = subprocess.run(run, cwd=folder, capture_output=True, text=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return {0: "PASSES", 1: "fails"}.get(done.returncode, f"BROKE: {done.stdout[-300:]}")


def main() -> int:
    """Try every guard, or those whose words hold the first argument; 1 when any test passes without its guard."""
    wanted = [g for g in GUARDS if not sys.argv[1:] or sys.argv[1] in g.what]
    wrong = 0
    for n, guard in enumerate(wanted, 1):
        began = time.monotonic()
        said = fails_without(guard)
        wrong += said != "fails"
        print(
            f"{n}/{len(wanted)} {said:>9}  {guard.what} ({time.monotonic() - began:.0f} s)",
            flush=True,
        )
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())

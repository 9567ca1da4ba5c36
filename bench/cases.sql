-- One batch of made-up cases, numbered %(first)s to %(last)s: what the actions would have written, in bulk.
-- Mostly closed, one in 67 open, spread over four years; erased where the service's retention is over.
create temp table made on commit drop as
with plan as (
  select n, n %% 67 = 0 as is_open, n %% 5 < 3 as has_email, n %% 20 = 0 as has_note,
    -- Open ones each at a container of their own; closed ones all over the district.
    case when n %% 67 = 0 then n / 67 else (n * 15485863) %% %(boxes)s + 1 end as k,
    case when n %% 67 = 0 then current_date - 1 - (n / 67 %% 5)::int else current_date - 12 - (n * 7919 %% 1450)::int end as day,
    make_interval(secs => (25200 + n * 104729 %% 43200)::int) as clock,
    (array['online', 'online', 'online', 'telephone', 'telephone', 'face to face'])[n %% 6 + 1] as channel,
    (array['collected', 'collected', 'collected', 'not_out', 'contaminated'])[n * 31 %% 5 + 1] as code
  from generate_series(%(first)s::bigint, %(last)s::bigint) n
), dated as (
  select *, (day + clock) at time zone 'UTC' as opened,
    case when is_open then null else (day + 2 + clock) at time zone 'UTC' end as closed
  from plan
)
select d.*, b.box, b.place, b.round, b.label, b.address,
  coalesce(d.closed < current_date - %(kept)s, false) as erased,
  gen_random_uuid() as draft, gen_random_uuid() as tap,
  nextval(pg_get_serial_sequence('cases_case', 'id')) as id,
  nextval(pg_get_serial_sequence('fieldwork_job', 'id')) as job,
  case when has_email and not coalesce(d.closed < current_date - %(kept)s, false)
    then nextval(pg_get_serial_sequence('customers_customer', 'id')) end as customer,
  -- Each number gives another reference: it is multiplied by what shares no divisor with 31^8.
  (select 'MB-' || string_agg(substr('23456789ABCDEFGHJKMNPQRSTUVWXYZ', ((n * 15485863001) / (31::bigint ^ i)::bigint %% 31)::int + 1, 1)
    || case i when 3 then '-' else '' end, '' order by i) from generate_series(0, 7) i) as reference
from dated d join bench_box b using (k)
where not (is_open and exists (
  select 1 from cases_case c where c.closed_at is null and c.unique_key = 'missed-bin:' || b.box));

insert into customers_customer (id, name, email, phone, created_at, uprn, matched_at)
select customer, 'Resident ' || n, 'resident' || n || '@resident.example', '', opened, place, opened from made where customer is not null;

insert into cases_draft (id, visitor, version_id, slug, channel, language, by_staff, answers, words, facts, asked,
  decisions, passed, created_at, updated_at, sent_at, typed, saved_to, saved_key, link_hash)
select draft, case when erased then '' else encode(sha256(('visitor ' || n)::bytea), 'hex') end, %(version)s, 'missed-bin',
  channel, 'en', '', '{}', '{}', case when erased then '{}' else %(facts)s::jsonb end, '[]',
  case when erased then '{}' else %(decisions)s::jsonb end, '{}', opened, opened, opened, '{}', '', '', '' from made;

insert into cases_case (id, reference, version_id, slug, draft_id, place_id, customer_id, channel, language, stage,
  answers, words, facts, settings, decisions, flags, unique_key, opened_at, due_on, closed_at, outcome, erased_at)
select id, reference, %(version)s, 'missed-bin', draft, case when erased then null else place end, customer, channel, 'en',
  case when is_open then 'with_crew' else code end,
  case when erased then '{}' else jsonb_build_object('property', place::text, 'container', box::text) end,
  case when erased then '{}' else jsonb_build_object('property', address, 'container', label) end,
  case when erased then '{}' else %(facts)s::jsonb || jsonb_build_object('last', jsonb_build_object(
    'date', jsonb_build_object('$day', (day - 1)::text), 'round', round, 'communal', 'no')) end,
  %(settings)s, case when erased then '{}' else %(decisions)s::jsonb end, '[]',
  case when erased then null else 'missed-bin:' || box end, opened, day + 2, closed,
  case when is_open then '' else code end, case when erased then closed + make_interval(days => %(kept)s) end from made;

insert into fieldwork_job (id, case_id, crew_list, day, about_kind, about_key, place_id, title, detail, outcomes, state, made_at)
select job, id, round, day + 2, 'container', case when erased then '' else box::text end,
  case when erased then null else place end, case when erased then '' else 'Missed bin: ' || label end, '',
  '["collected", "not_out", "contaminated", "no_access"]', case when is_open then 'open' else 'done' end, opened from made;

insert into fieldwork_deviceevent (id, kind, "by", at) select tap, 'job', 'crew', closed from made where not is_open;

insert into fieldwork_outcome (event_id, job_id, crew_list, about_kind, about_key, code, day, at, "by", note, photo, vehicle)
select tap, job, round, 'container', case when erased then '' else box::text end, code, day + 2, closed, 'crew', '', '', ''
from made where not is_open;

-- The timeline: each line's digest is over the one before it, as cases/timeline.py writes it.
create temp table lines on commit drop as
with planned as (
  select id, 1 as place, opened as at, 'opened' as kind, 'resident' as by_kind, '' as by_key,
    format('{"channel": "%%s", "flags": []}', channel) as data, null::text as text from made
  union all select id, 2, opened, 'stage', 'resident', '', '{"stage": "with_crew", "why": ""}', null from made
  union all select id, 3, opened, 'told', 'resident', '', '{"message": "received"}', null from made where has_email
  union all select id, 4, opened + interval '1 hour', 'note', 'staff', 'officer', '{}', 'Rang about it: note ' || n from made where has_note
  union all select id, 5, closed, 'outcome', 'staff', 'crew', format('{"job": %%s, "outcome": "job.%%s"}', job, code), null from made where not is_open
  union all select id, 6, closed, 'stage', 'staff', 'crew', format('{"stage": "%%s", "why": "job.%%s"}', code, code), null from made where not is_open
  union all select id, 7, closed, 'told', 'staff', 'crew', format('{"message": "%%s"}', case code when 'collected' then code else 'not_emptied' end), null
    from made where has_email and not is_open
), numbered as (
  select *, row_number() over (partition by id order by place) as number, md5(id::text) as salt from planned
), written as (
  select *, case when text is null then '' else encode(sha256(convert_to(salt || chr(31) || text, 'UTF8')), 'hex') end as text_digest
  from numbered
)
select *, bench_chain(concat_ws(chr(31), id, number, to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS') || '+00:00',
  kind, by_kind || ':' || by_key, data, text_digest)) over (partition by id order by number) as digest,
  case when text is not null then nextval(pg_get_serial_sequence('cases_event', 'id')) end as event
from written;

insert into cases_event (id, case_id, number, at, kind, by_kind, by_key, data, text_digest, previous, digest)
select coalesce(event, nextval(pg_get_serial_sequence('cases_event', 'id'))), id, number, at, kind, by_kind, by_key, data::jsonb,
  text_digest, coalesce(lag(digest) over (partition by id order by number), ''), digest from lines;

insert into cases_eventtext (event_id, salt, text)
select event, salt, text from lines join made using (id) where event is not null and not erased;

insert into doorstep_messages_message (case_id, about, path, one_click, key, name, channel, "to", subject, body, queued_at, sent_at, receipt)
select id, '', '', false, key, name, 'email', case when erased then '' else 'resident' || n || '@resident.example' end,
  case when erased then '' else 'Missed bin ' || reference end,
  case when erased then '' else 'Your report about ' || label || ', ' || address || E'.\n\n' || repeat('What happens next. ', 10) end,
  at, at + interval '3 seconds', 'demo-' || key
from (select *, reference || '-1' as key, 'received' as name, opened as at from made
  union all select *, reference || '-2', case code when 'collected' then code else 'not_emptied' end, closed from made where not is_open) m
where has_email;

insert into cases_link (case_id, token_hash, expires_at)
select id, encode(sha256(('link ' || reference)::bytea), 'hex'), opened + interval '90 days' from made where customer is not null and opened > now() - interval '90 days';

update bench_made set upto = %(last)s;

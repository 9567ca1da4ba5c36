-- One batch of made-up reports, numbered %(first)s to %(last)s: what the actions would have written, in bulk.
-- One in 33 open, the others closed within a fortnight, spread over 700 days; nobody left a contact. Every
-- fortieth was joined to the one before it. None is so old that its service's retention is over.
create temp table made on commit drop as
with plan as (
  select n, n %% 33 = 0 as is_open, (n * 15485863) %% %(spots)s + 1 as k,
    case when n %% 33 = 0 then current_date - 1 - (n / 33 %% 58)::int else current_date - 16 - (n * 7919 %% 684)::int end as day,
    make_interval(secs => (25200 + n * 104729 %% 43200)::int) as clock,
    (array['park', 'furniture', 'building', 'box'])[n * 13 %% 4 + 1] as surface,
    (array['removed', 'removed', 'removed', 'removed', 'not_found'])[n * 31 %% 5 + 1] as code,
    -- Not all in front of the same door.
    (n * 6101 %% 41)::int - 20 as east, (n * 4517 %% 41)::int - 20 as north
  from generate_series(%(first)s::bigint, %(last)s::bigint) n
), dated as (
  select *, (day + clock) at time zone 'UTC' as opened,
    case when is_open then null else (day + 1 + (n %% 14)::int + clock) at time zone 'UTC' end as closed
  from plan
)
select d.*, b.usrn, b.ward, b.ward_name, 'Near ' || b.street as place,
  b.easting + d.east as easting, b.northing + d.north as northing,
  -- A metre here, in degrees.
  round((b.lat + d.north / 111250.0)::numeric, 5)::float as lat, round((b.lon + d.east / 67500.0)::numeric, 5)::float as lon,
  n %% 40 = 0 and n > %(first)s and not is_open and (n - 1) %% 33 <> 0 as is_joined,
  gen_random_uuid() as draft, gen_random_uuid() as tap,
  nextval(pg_get_serial_sequence('cases_case', 'id')) as id,
  nextval(pg_get_serial_sequence('fieldwork_job', 'id')) as job,
  -- Each number gives another reference: it is multiplied by what shares no divisor with 31^8.
  (select 'GR-' || string_agg(substr('23456789ABCDEFGHJKMNPQRSTUVWXYZ', ((n * 15485863001) / (31::bigint ^ i)::bigint %% 31)::int + 1, 1)
    || case i when 3 then '-' else '' end, '' order by i) from generate_series(0, 7) i) as reference
from dated d join bench_spot b using (k);

insert into cases_draft (id, visitor, version_id, slug, channel, language, by_staff, answers, words, facts, asked,
  decisions, passed, created_at, updated_at, sent_at, typed, saved_to, saved_key, link_hash)
select draft, encode(sha256(('reporter ' || n)::bytea), 'hex'), %(version)s, %(slug)s, 'online', 'en', '', '{}', '{}', '{}', '[]',
  '{}', '{}', opened, opened, opened, '{}', '', '', '' from made;

insert into cases_case (id, reference, version_id, slug, draft_id, latitude, longitude, easting, northing, ward_id, usrn, "where",
  channel, language, stage, answers, words, facts, settings, decisions, flags, opened_at, moved_at, good, due_on, closed_at, outcome)
select id, reference, %(version)s, %(slug)s, draft, lat, lon, easting, northing, ward, usrn, place, 'online', 'en',
  case when is_open then 'with_crew' else code end,
  jsonb_build_object('same', 'different', 'surface', surface, 'offensive', false, 'details', 'By the fountain, on the side of the road: number ' || n,
    'photos', null, 'name', null, 'email', null, 'phone', null,
    'where', jsonb_build_object('id', 'at:' || lat || ',' || lon, 'words', place, 'lat', lat, 'lon', lon, 'easting', easting,
      'northing', northing, 'street', usrn::text, 'ward', ward, 'ward_name', ward_name, 'inside', true, 'near', false)),
  jsonb_build_object('where', place, 'surface', (%(surfaces)s::jsonb) ->> surface, 'offensive', 'No',
    'details', 'By the fountain, on the side of the road: number ' || n),
  jsonb_build_object('near', '[]'::jsonb, 'crew', 'STREETS'), %(settings)s, %(decisions)s,
  case when is_joined then '["joined"]' else '[]' end::jsonb,
  opened, coalesce(closed, opened), case when is_open then null else code = 'removed' end, day + 14, closed,
  case when is_open then '' else code end from made;

insert into reports_report (case_id, published_at, hidden, text_shown, photos_shown, joined)
select id, opened, n %% 97 = 0, n %% 3 = 0, '[]', 0 from made;

insert into reports_joined (case_id, into_id, at, by, undone_by)
select m.id, b.id, m.opened, 'staff:officer', '' from made m join made b on b.n = m.n - 1 where m.is_joined;

update reports_report set joined = 1 where case_id in (select b.id from made m join made b on b.n = m.n - 1 where m.is_joined);

insert into fieldwork_job (id, case_id, crew_list, day, about_kind, about_key, title, detail, outcomes, state, made_at)
select job, id, 'STREETS', day + 14, 'place', 'at:' || lat || ',' || lon, 'Remove graffiti', '',
  '["removed", "not_found", "not_ours", "no_access"]', case when is_open then 'open' else 'done' end, opened from made;

insert into fieldwork_deviceevent (id, kind, "by", at) select tap, 'job', 'crew', closed from made where not is_open;

insert into fieldwork_outcome (event_id, job_id, crew_list, about_kind, about_key, code, day, at, "by", note, photo, vehicle)
select tap, job, 'STREETS', 'place', 'at:' || lat || ',' || lon, code, closed::date, closed, 'crew', '', '', ''
from made where not is_open;

-- The timeline: each line's digest is over the one before it, as cases/timeline.py writes it.
create temp table lines on commit drop as
with planned as (
  select id, 1 as place, opened as at, 'opened' as kind, 'resident' as by_kind, '' as by_key,
    '{"channel": "online", "flags": []}' as data from made
  union all select id, 2, opened, 'stage', 'resident', '', '{"stage": "with_crew", "why": ""}' from made
  union all select id, 3, closed, 'outcome', 'staff', 'crew', format('{"job": %%s, "outcome": "job.%%s"}', job, code) from made where not is_open
  union all select id, 4, closed, 'stage', 'staff', 'crew', format('{"stage": "%%s", "why": "job.%%s"}', code, code) from made where not is_open
), numbered as (
  select *, row_number() over (partition by id order by place) as number from planned
)
select *, bench_chain(concat_ws(chr(31), id, number, to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS') || '+00:00',
  kind, by_kind || ':' || by_key, data, '')) over (partition by id order by number) as digest
from numbered;

insert into cases_event (case_id, number, at, kind, by_kind, by_key, data, text_digest, previous, digest)
select id, number, at, kind, by_kind, by_key, data::jsonb, '', coalesce(lag(digest) over (partition by id order by number), ''), digest
from lines;

update bench_reports set upto = %(last)s;

-- Tables of ash. Payload columns are text holding serialised JSON: an agent can print bytes that jsonb refuses
-- (an escaped NUL, a lone surrogate, 200,000 brackets), and one such line must not fail the batch of every tenant.

create table tenant (
  id         text primary key,
  blob_key   text not null,                          -- hex key of the HMAC that names this tenant's blobs
  created_at timestamptz not null default now()
);

create table api_key (
  id         uuid primary key,
  tenant     text not null references tenant (id),
  key_hash   text not null unique,
  prefix     text not null,
  label      text not null default '',
  created_at timestamptz not null default now()
);
create index api_key_tenant on api_key (tenant);

-- A place outside the database where bytes of blobs lie. Which blobs exist is decided by their rows alone.
create table depot (
  id         uuid primary key,
  url        text not null unique,                   -- as ASH_SNAPSHOT_URL named it
  mark       text,                                   -- what lies there under the name ash-depot; null before the first start
  audited_at timestamptz not null default now(),
  created_at timestamptz not null default now()
);

create table blob (
  key        text primary key,                       -- hex HMAC-SHA256(tenant key, content)
  bytes      bytea,                                  -- compressed form; null where it lies in a depot
  depot      uuid references depot (id),
  tag        text,                                   -- with the key the name in the depot; no two writes have the same
  size       int,                                    -- bytes in the depot
  crc        int,                                    -- CRC-32C of them
  lost       boolean not null default false,         -- found missing or damaged: counts as not there until it is put again
  created_at timestamptz not null default now(),
  claimed_at timestamptz not null default now(),     -- last time somebody asked whether it is here, or let go of it
  check (case when depot is null then bytes is not null and tag is null
    else bytes is null and tag is not null and size is not null and crc is not null end)
);
alter table blob alter column bytes set storage external;

-- What a manifest refers to; blobs that no live manifest refers to are collected. A manifest is live while an agent,
-- a session or a snapshot names it.
create table manifest_blob (
  manifest text not null references blob (key) on delete cascade,
  blob_key text not null references blob (key),
  primary key (manifest, blob_key)
);
create index manifest_blob_key on manifest_blob (blob_key);

-- Who lets go of a manifest claims it, so that the tree stays whole for a day for whoever is reading it: its chunks
-- are held by manifest_blob, which lives as long as the manifest's row.
create function let_go_of_manifest() returns trigger language plpgsql as $$
begin
  update blob set claimed_at = now() where key = old.manifest and claimed_at < now() - interval '1 hour';
  return null;
end $$;
create function let_go_of_agent_manifest() returns trigger language plpgsql as $$
begin
  update blob set claimed_at = now() where key = old.agent_manifest and claimed_at < now() - interval '1 hour';
  return null;
end $$;

create table agent (
  id         uuid primary key,
  tenant     text not null references tenant (id),
  name       text not null,
  version    int  not null default 1,
  path       text not null,
  manifest   text not null references blob (key),
  definition text not null,                          -- JSON: what ash.yaml says, checked
  env        text not null default '{}',             -- JSON, or a sealed form of it
  config     text not null default '{}',
  revision   uuid not null default gen_random_uuid(), -- another one after every change, also after delete and deploy
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (tenant, name)
);
create index agent_manifest on agent (manifest);
create trigger agent_lets_go after delete or update of manifest on agent
  for each row execute function let_go_of_manifest();

create index agent_warm on agent (tenant, name)
  where definition like '%"warm":%' or config like '%preWarmCount%';

create table session (                               -- what does not change while a session lives
  id             uuid primary key,
  tenant         text not null references tenant (id),
  agent_name     text not null,
  agent_version  int  not null,
  agent_manifest text not null references blob (key),
  runtime        text not null,                      -- JSON: kind, command, limits, network
  parent_id      uuid,
  settings       text not null default '{}',         -- JSON: model, systemPrompt, allowedTools, …
  sealed_env     text,                               -- sealed JSON: environment of the agent and of this session
  facts          text not null default '{}',         -- JSON: what the runner said when it was ready
  create_key     text,                               -- Idempotency-Key of the create call
  create_hash    text,
  created_at     timestamptz not null default now(),
  unique (tenant, create_key)
);
create index session_tenant_created on session (tenant, created_at desc, id);
create index session_agent on session (tenant, agent_name);
create index session_agent_manifest on session (agent_manifest);
create trigger session_lets_go after delete on session
  for each row execute function let_go_of_agent_manifest();

-- Mutex, fence and counter of a session at once; narrow, so that its updates stay cheap. No foreign key points at it.
create table head (
  session_id   uuid primary key,
  tenant       text not null,
  status       text not null check (status in ('starting','active','paused','stopped','ended','error')),
  runner_id    text,
  incarnation  uuid,
  epoch        bigint not null default 0,
  last_seq     bigint not null default 0,
  uplink_no    bigint not null default 0,            -- newest event number of this epoch that is in the journal
  open_turn    int,                                  -- handed out and not ended
  last_turn    int not null default 0,
  queued       int not null default 0,               -- accepted behind the open one, or while at rest
  oldest_seq   bigint not null default 1,
  snapshot_no  int not null default 0,
  opened       boolean not null default false,       -- had a sandbox before
  wanted       boolean not null default false,       -- somebody waits for it: resume it
  active_at    timestamptz not null default now()
) with (fillfactor = 50);
create index head_runner on head (runner_id, incarnation) where runner_id is not null;

create table turn (
  session_id uuid not null,
  no         int  not null,
  status     text not null check (status in ('queued','running','done','failed','interrupted','lost')),
  idem_key   text,
  idem_hash  text,
  options    text not null default '{}',
  user_seq   bigint not null,
  end_seq    bigint,
  created_at timestamptz not null default now(),
  ended_at   timestamptz,
  primary key (session_id, no),
  unique (session_id, idem_key)
);

create table event (
  session_id uuid   not null,
  seq        bigint not null,
  turn       int    not null,
  kind       text   not null,
  body       text   not null,
  at         timestamptz not null default now(),
  primary key (session_id, seq)
);

-- Where the content of a message lies that is too large for its row: chunks in order.
create table content_blob (
  session_id uuid   not null,
  seq        bigint not null,
  no         int    not null,
  blob_key   text   not null references blob (key),
  primary key (session_id, seq, no)
);
create index content_blob_key on content_blob (blob_key);

-- Pieces of text on their way: a ring by hour, emptied whole.
create table delta_0 (session_id uuid not null, seq bigint not null, turn int not null, kind text not null, body text not null,
  at timestamptz not null default now(), primary key (session_id, seq));
create table delta_1 (session_id uuid not null, seq bigint not null, turn int not null, kind text not null, body text not null,
  at timestamptz not null default now(), primary key (session_id, seq));
create table delta_2 (session_id uuid not null, seq bigint not null, turn int not null, kind text not null, body text not null,
  at timestamptz not null default now(), primary key (session_id, seq));
create table delta_3 (session_id uuid not null, seq bigint not null, turn int not null, kind text not null, body text not null,
  at timestamptz not null default now(), primary key (session_id, seq));

create table snapshot (
  session_id uuid   not null references session (id) on delete cascade,
  no         int    not null,
  manifest   text   not null references blob (key),
  covers_seq bigint not null,
  covers_turn int   not null default 0,
  created_at timestamptz not null default now(),
  primary key (session_id, no)
);
create index snapshot_manifest on snapshot (manifest);
create trigger snapshot_lets_go after delete or update of manifest on snapshot
  for each row execute function let_go_of_manifest();

-- Sessions that are gone and whose rows elsewhere still have to be removed.
create table forgotten (
  session_id uuid primary key,
  at         timestamptz not null default now()
);

create table runner (
  id            text primary key,
  incarnation   uuid not null,
  host          text not null,
  port          int  not null,
  status        text not null check (status in ('ready','draining','lost','gone')),
  cap           int  not null,
  reserved      int  not null default 0 check (reserved >= 0),
  stats         text not null default '{}',
  lease_until   timestamptz not null,
  registered_at timestamptz not null default now(),
  beat_at       timestamptz not null default now()
) with (fillfactor = 50);

create table stream_ticket (
  hash       text primary key,
  tenant     text not null,
  session_id uuid not null,
  key_id     uuid references api_key (id) on delete cascade,   -- the key it lives with; null for ASH_API_KEY
  created_at timestamptz not null default now(),
  first_use_until timestamptz not null,
  reuse_until     timestamptz not null,
  used       boolean not null default false
);
create index stream_ticket_key on stream_ticket (key_id);
create index stream_ticket_reuse on stream_ticket (reuse_until);

-- The log and the queue of @spiderfoot-webhooks/postgres.
--
-- :"schema" is the name of the schema, which the store and `psql -v schema=spiderfoot` replace.
-- Apply the file in one transaction. The schema must exist.
--
-- Text columns contain no NUL, which PostgreSQL does not allow. The store writes NUL as U+001A 0, and U+001A as U+001A 1.
-- Times of attempts and leases are on the server's clock. `received_at` is on the receiver's clock.

CREATE TABLE :"schema".schema_version (
  version integer PRIMARY KEY,
  applied_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE :"schema".deliveries (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  -- 32 hex digits, the same for a retry of the sender.
  delivery_id text NOT NULL,
  endpoint text NOT NULL,
  received_at timestamptz NOT NULL,
  -- received, processed, failed, ignored, rejected, queued, running or dead
  state text NOT NULL,
  -- Every attempt counts, before it begins.
  attempts integer NOT NULL DEFAULT 0,
  -- The attempts that failed or lost their process.
  failures integer NOT NULL DEFAULT 0,
  -- Of a queued delivery: when it is due.
  due_at timestamptz,
  -- Of a queued delivery that has failed: the same time on the receiver's clock, for display.
  next_attempt timestamptz,
  -- Of a queued delivery: the wait until `due_at` in milliseconds, if a handler asked for it.
  requested_wait bigint,
  -- Of a running delivery: its worker. Of a received one: the store that runs its handlers.
  lease_owner text,
  lease_until timestamptz,
  -- Milliseconds from the beginning of the lease to its end.
  lease_duration bigint,
  source_ip text,
  event_type text NOT NULL,
  dialect text,
  scan_id text,
  target text,
  -- The trace to which the request belongs.
  trace_context text,
  error_message text,
  code text,
  -- `json` and not `jsonb`, which does not allow \u0000.
  handlers json,
  issues json,
  -- The body as received and signed.
  body bytea NOT NULL,
  CONSTRAINT deliveries_delivery UNIQUE (endpoint, delivery_id)
);

-- A new delivery is updated once or twice, within seconds. The free space keeps its versions on one page.
ALTER TABLE :"schema".deliveries SET (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05);

-- All listings and counts. The included columns answer them without reading rows.
CREATE INDEX deliveries_time ON :"schema".deliveries (received_at, id) INCLUDE (state, event_type, endpoint);
-- The claims of queued deliveries.
CREATE INDEX deliveries_due ON :"schema".deliveries (endpoint, due_at, id) WHERE state = 'queued';
-- The deliveries whose process may be lost.
CREATE INDEX deliveries_leases ON :"schema".deliveries (endpoint, lease_until, id) WHERE state = 'running';
-- Listings by a rare state, and the health. The states of a delivery that succeeds are not in it.
CREATE INDEX deliveries_open ON :"schema".deliveries (state, received_at, id)
  WHERE state IN ('received', 'failed', 'ignored', 'rejected', 'dead');
-- Listings by scan and target. The length of an index entry is limited, and the scanned party chooses the target.
CREATE INDEX deliveries_scan ON :"schema".deliveries (left(scan_id, 200), received_at, id) WHERE scan_id IS NOT NULL;
CREATE INDEX deliveries_target ON :"schema".deliveries (left(target, 200), received_at, id) WHERE target IS NOT NULL;

-- The words of the bodies. Filled when the store is idle, or before a search.
CREATE TABLE :"schema".search_words (
  delivery bigint PRIMARY KEY,
  words tsvector NOT NULL,
  indexed_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX search_words_words ON :"schema".search_words USING gin (words);

-- All deliveries up to this id are in `search_words`.
CREATE TABLE :"schema".search_progress (indexed_to bigint NOT NULL);
INSERT INTO :"schema".search_progress VALUES (0);

-- The deliveries that were rejected before they were authenticated, by the hour.
CREATE TABLE :"schema".rejection_counts (
  hour timestamptz NOT NULL,
  endpoint text NOT NULL,
  code text NOT NULL,
  count bigint NOT NULL,
  PRIMARY KEY (hour, endpoint, code)
);

-- The latest of them with their requests, if the receiver keeps these.
CREATE TABLE :"schema".rejections (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  received_at timestamptz NOT NULL,
  endpoint text NOT NULL,
  code text NOT NULL,
  source_ip text,
  method text NOT NULL,
  -- A list of pairs: name and value.
  headers json NOT NULL,
  -- The beginning of the body, if it was read.
  body bytea,
  truncated boolean NOT NULL
);
CREATE INDEX rejections_endpoint ON :"schema".rejections (endpoint, id);

INSERT INTO :"schema".schema_version (version) VALUES (1);

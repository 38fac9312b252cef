-- The same text runs on H2 and on PostgreSQL. JSON is kept as text: the controller never searches inside it.

CREATE TABLE model (
  name        VARCHAR(63) PRIMARY KEY,
  contract    VARCHAR(1000000) NOT NULL,
  tags        VARCHAR(1000000) NOT NULL,
  created_at  TIMESTAMP(6) WITH TIME ZONE NOT NULL
);

CREATE TABLE model_version (
  model       VARCHAR(63) NOT NULL REFERENCES model (name) ON DELETE CASCADE,
  version     VARCHAR(63) NOT NULL,
  seq         BIGINT GENERATED ALWAYS AS IDENTITY,
  source_blob VARCHAR(64) NOT NULL,
  tags        VARCHAR(1000000) NOT NULL,
  created_at  TIMESTAMP(6) WITH TIME ZONE NOT NULL,
  PRIMARY KEY (model, version)
);

CREATE TABLE model_alias (
  model       VARCHAR(63) NOT NULL,
  alias       VARCHAR(63) NOT NULL,
  version     VARCHAR(63) NOT NULL,
  PRIMARY KEY (model, alias),
  FOREIGN KEY (model, version) REFERENCES model_version (model, version) ON DELETE CASCADE
);

CREATE TABLE variant (
  model           VARCHAR(63) NOT NULL,
  version         VARCHAR(63) NOT NULL,
  name            VARCHAR(63) NOT NULL,
  seq             BIGINT GENERATED ALWAYS AS IDENTITY,
  blob_digest     VARCHAR(64) NOT NULL,
  size_bytes      BIGINT NOT NULL,
  recipe          VARCHAR(200) NOT NULL,
  passes          VARCHAR(1000000) NOT NULL,
  parent          VARCHAR(200),
  weight_format   VARCHAR(63) NOT NULL,
  settings        VARCHAR(1000000) NOT NULL,
  summary         VARCHAR(1000000) NOT NULL,
  quality         VARCHAR(1000),
  tags            VARCHAR(1000000) NOT NULL,
  created_at      TIMESTAMP(6) WITH TIME ZONE NOT NULL,
  PRIMARY KEY (model, version, name),
  FOREIGN KEY (model, version) REFERENCES model_version (model, version) ON DELETE CASCADE
);

-- The newest measurement of each kind: what a fleet reports every minute must not grow for ever.
CREATE TABLE measurement (
  model       VARCHAR(63) NOT NULL,
  version     VARCHAR(63) NOT NULL,
  variant     VARCHAR(63) NOT NULL,
  device_id   VARCHAR(128) NOT NULL,
  provider    VARCHAR(63) NOT NULL,
  threads     INTEGER NOT NULL,
  origin      VARCHAR(20) NOT NULL,
  profile     VARCHAR(128) NOT NULL,
  p50_millis  DOUBLE PRECISION NOT NULL,
  p95_millis  DOUBLE PRECISION NOT NULL,
  samples     BIGINT NOT NULL,
  measured_at TIMESTAMP(6) WITH TIME ZONE NOT NULL,
  PRIMARY KEY (model, version, variant, device_id, provider, threads, origin),
  FOREIGN KEY (model, version, variant) REFERENCES variant (model, version, name) ON DELETE CASCADE
);
CREATE INDEX measurement_by_device ON measurement (device_id);

CREATE TABLE device (
  id            VARCHAR(128) PRIMARY KEY,
  profile       VARCHAR(128) NOT NULL,
  arch          VARCHAR(63) NOT NULL,
  capabilities  VARCHAR(1000000) NOT NULL,
  labels        VARCHAR(1000000) NOT NULL,
  agent_version VARCHAR(128) NOT NULL,
  online        BOOLEAN NOT NULL,
  enrolled_at   TIMESTAMP(6) WITH TIME ZONE NOT NULL,
  last_seen     TIMESTAMP(6) WITH TIME ZONE
);
CREATE INDEX device_by_profile ON device (profile, id);
CREATE INDEX device_by_arch ON device (arch, id);

-- The labels of the device's own row once more, for selectors.
CREATE TABLE device_label (
  device_id   VARCHAR(128) NOT NULL REFERENCES device (id) ON DELETE CASCADE,
  label_key   VARCHAR(128) NOT NULL,
  label_value VARCHAR(256) NOT NULL,
  PRIMARY KEY (device_id, label_key)
);
CREATE INDEX device_by_label ON device_label (label_key, label_value, device_id);

CREATE TABLE device_twin (
  device_id         VARCHAR(128) PRIMARY KEY REFERENCES device (id) ON DELETE CASCADE,
  generation        BIGINT NOT NULL,
  targets           VARCHAR(1000000) NOT NULL,
  held              VARCHAR(1000000) NOT NULL,
  reported          VARCHAR(1000000),
  reported_boot     VARCHAR(128),
  reported_sequence BIGINT
);

-- The targets of the twin's row once more, to find who runs a variant.
CREATE TABLE device_target (
  device_id   VARCHAR(128) NOT NULL REFERENCES device (id) ON DELETE CASCADE,
  slot        VARCHAR(63) NOT NULL,
  model       VARCHAR(63) NOT NULL,
  version     VARCHAR(63) NOT NULL,
  variant     VARCHAR(63) NOT NULL,
  PRIMARY KEY (device_id, slot)
);
CREATE INDEX device_target_by_variant ON device_target (model, version, variant);

CREATE TABLE device_credentials (
  device_id     VARCHAR(128) PRIMARY KEY REFERENCES device (id) ON DELETE CASCADE,
  password_hash VARCHAR(256) NOT NULL,
  revoked       BOOLEAN NOT NULL
);

CREATE TABLE enrolment_token (
  token_hash     VARCHAR(256) PRIMARY KEY,
  labels         VARCHAR(1000000) NOT NULL,
  uses_left      INTEGER NOT NULL,
  may_replace    BOOLEAN NOT NULL,
  expires_at     TIMESTAMP(6) WITH TIME ZONE NOT NULL
);

CREATE TABLE api_token (
  id          VARCHAR(63) PRIMARY KEY,
  name        VARCHAR(128) NOT NULL,
  role        VARCHAR(20) NOT NULL,
  token_hash  VARCHAR(256) NOT NULL UNIQUE,
  created_at  TIMESTAMP(6) WITH TIME ZONE NOT NULL,
  last_used   TIMESTAMP(6) WITH TIME ZONE
);

-- One row; whoever holds its lock creates the first API token or numbers a rollout.
CREATE TABLE controller_state (
  id             INTEGER PRIMARY KEY,
  rollout_number BIGINT NOT NULL
);
INSERT INTO controller_state (id, rollout_number) VALUES (1, 0);

CREATE TABLE deployment (
  name        VARCHAR(63) PRIMARY KEY,
  selector    VARCHAR(4000) NOT NULL,
  model       VARCHAR(63) NOT NULL,
  revision    VARCHAR(63) NOT NULL,
  slot        VARCHAR(63) NOT NULL,
  policy      VARCHAR(4000) NOT NULL,
  created_at  TIMESTAMP(6) WITH TIME ZONE NOT NULL
);

CREATE TABLE rollout (
  id          VARCHAR(63) PRIMARY KEY,
  seq         BIGINT GENERATED ALWAYS AS IDENTITY,
  deployment  VARCHAR(63) NOT NULL,
  version     VARCHAR(63) NOT NULL,
  state       VARCHAR(20) NOT NULL,
  reason      VARCHAR(4000),
  started_at  TIMESTAMP(6) WITH TIME ZONE NOT NULL,
  ended_at    TIMESTAMP(6) WITH TIME ZONE
);
CREATE INDEX rollout_by_deployment ON rollout (deployment, seq);
CREATE INDEX rollout_by_state ON rollout (state);

CREATE TABLE device_update (
  rollout          VARCHAR(63) NOT NULL REFERENCES rollout (id) ON DELETE CASCADE,
  device_id        VARCHAR(128) NOT NULL,
  wave             INTEGER NOT NULL,
  variant          VARCHAR(200),
  previous_variant VARCHAR(200),
  state            VARCHAR(20) NOT NULL,
  generation       BIGINT NOT NULL,
  error            VARCHAR(10000),
  updated_at       TIMESTAMP(6) WITH TIME ZONE NOT NULL,
  PRIMARY KEY (rollout, device_id)
);

CREATE TABLE fit_decision (
  rollout     VARCHAR(63) NOT NULL REFERENCES rollout (id) ON DELETE CASCADE,
  device_id   VARCHAR(128) NOT NULL,
  decision    VARCHAR(1000000) NOT NULL,
  PRIMARY KEY (rollout, device_id)
);

CREATE TABLE telemetry_batch (
  device_id      VARCHAR(128) NOT NULL,
  spool_id       VARCHAR(128) NOT NULL,
  sequence_no    BIGINT NOT NULL,
  window_from    TIMESTAMP(6) WITH TIME ZONE NOT NULL,
  window_to      TIMESTAMP(6) WITH TIME ZONE NOT NULL,
  merged_batches INTEGER NOT NULL,
  board          VARCHAR(4000) NOT NULL,
  slots          VARCHAR(1000000) NOT NULL,
  received_at    TIMESTAMP(6) WITH TIME ZONE NOT NULL,
  PRIMARY KEY (device_id, spool_id, sequence_no)
);
CREATE INDEX telemetry_batch_by_window ON telemetry_batch (device_id, window_to);
CREATE INDEX telemetry_batch_by_end ON telemetry_batch (window_to);

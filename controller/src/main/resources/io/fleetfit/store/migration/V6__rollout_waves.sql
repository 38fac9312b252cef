-- Rollouts in waves: plans, figures, claims, an inbox of what devices said, an audit. Decisions are stored once for all
-- devices that share them; those of earlier rollouts keep one a device.

ALTER TABLE deployment ADD COLUMN plan VARCHAR(1000000);

ALTER TABLE rollout ADD COLUMN terms VARCHAR(1000000);
ALTER TABLE rollout ADD COLUMN progress VARCHAR(1000000);
ALTER TABLE rollout ADD COLUMN revision BIGINT DEFAULT 0 NOT NULL;
ALTER TABLE rollout ADD COLUMN claimed_by VARCHAR(128);
ALTER TABLE rollout ADD COLUMN claimed_until TIMESTAMP(6) WITH TIME ZONE;

-- Rollouts of before: those in their middle end, and all get the least that a rollout has now.
UPDATE rollout SET state = 'ABORTED', ended_at = CURRENT_TIMESTAMP,
  reason = 'the controller was renewed in the middle of it; start it again' WHERE state IN ('RUNNING', 'ABORTING');
UPDATE rollout SET
  terms = '{"plan":{},"policy":{"objective":"QUALITY"},"slot":"","model":"","eligible":0,"quotas":[0],"borders":[{}],"zones":[],"variants":[]}',
  progress = '{"wave":1,"phase":"ROLLING","phaseSince":"2026-01-01T00:00:00Z","counts":{},"waves":[{"asked":0,"succeeded":0,"failed":0,"activated":0},{"asked":0,"succeeded":0,"failed":0,"activated":0}],"tallies":{},"acknowledged":{},"control":{},"givenUp":[],"rate":{"tokens":1,"at":"2026-01-01T00:00:00Z"},"bytes":{"tokens":1,"at":"2026-01-01T00:00:00Z"},"groups":{},"failures":{},"evidence":[],"ending":"KEEP"}';

ALTER TABLE device_update ADD COLUMN profile VARCHAR(128) DEFAULT '' NOT NULL;
ALTER TABLE device_update ADD COLUMN zone VARCHAR(63) DEFAULT 'UTC' NOT NULL;
ALTER TABLE device_update ADD COLUMN group_name VARCHAR(256) DEFAULT '' NOT NULL;
ALTER TABLE device_update ADD COLUMN place_order BIGINT DEFAULT 0 NOT NULL;
ALTER TABLE device_update ADD COLUMN bytes BIGINT DEFAULT 0 NOT NULL;
ALTER TABLE device_update ADD COLUMN decision VARCHAR(128) DEFAULT '' NOT NULL;
ALTER TABLE device_update ADD COLUMN act VARCHAR(20) DEFAULT 'NONE' NOT NULL;
ALTER TABLE device_update ADD COLUMN seen BOOLEAN DEFAULT FALSE NOT NULL;
ALTER TABLE device_update ADD COLUMN active_at TIMESTAMP(6) WITH TIME ZONE;
ALTER TABLE device_update ADD COLUMN measured INTEGER DEFAULT 0 NOT NULL;
ALTER TABLE device_update ADD COLUMN bad INTEGER DEFAULT 0 NOT NULL;
ALTER TABLE device_update ADD COLUMN settled BOOLEAN DEFAULT FALSE NOT NULL;
ALTER TABLE device_update ADD COLUMN attempts INTEGER DEFAULT 0 NOT NULL;
-- Whether the device is under watch after its activation: few rows are, and an index finds them.
ALTER TABLE device_update ADD COLUMN watched BOOLEAN DEFAULT FALSE NOT NULL;

CREATE INDEX device_update_by_place ON device_update (rollout, state, profile, place_order);
CREATE INDEX device_update_by_act ON device_update (rollout, act);
CREATE INDEX device_update_by_watch ON device_update (rollout, watched);

UPDATE device_update SET decision = device_id;
UPDATE device_update SET state = 'REVERTED' WHERE state = 'ABORTED' AND generation > 0;

CREATE TABLE rollout_decision (
  rollout     VARCHAR(63) NOT NULL REFERENCES rollout (id) ON DELETE CASCADE,
  decision    VARCHAR(128) NOT NULL,
  body        VARCHAR(1000000) NOT NULL,
  PRIMARY KEY (rollout, decision)
);
INSERT INTO rollout_decision (rollout, decision, body) SELECT rollout, device_id, decision FROM fit_decision;
DROP TABLE fit_decision;

CREATE TABLE rollout_inbox (
  seq         BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  rollout     VARCHAR(63) NOT NULL REFERENCES rollout (id) ON DELETE CASCADE,
  device_id   VARCHAR(128) NOT NULL,
  telemetry   BOOLEAN NOT NULL
);
CREATE INDEX rollout_inbox_by_rollout ON rollout_inbox (rollout, seq);

CREATE TABLE rollout_audit (
  seq         BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at          TIMESTAMP(6) WITH TIME ZONE NOT NULL,
  deployment  VARCHAR(63) NOT NULL,
  rollout     VARCHAR(63),
  who         VARCHAR(128) NOT NULL,
  action      VARCHAR(63) NOT NULL,
  reason      VARCHAR(4000) NOT NULL,
  evidence    VARCHAR(1000000) NOT NULL
);
CREATE INDEX rollout_audit_by_rollout ON rollout_audit (rollout, seq);
CREATE INDEX rollout_audit_by_deployment ON rollout_audit (deployment, seq);

-- Estimates of decisions beside what devices measured later, with the pace of each; proposals to fit a device anew.

CREATE TABLE latency_check (
  model           VARCHAR(63) NOT NULL,
  version         VARCHAR(63) NOT NULL,
  variant         VARCHAR(63) NOT NULL,
  device_id       VARCHAR(128) NOT NULL,
  profile         VARCHAR(128) NOT NULL,
  estimate        VARCHAR(1000),
  p95_millis      DOUBLE PRECISION NOT NULL,
  p50_millis      DOUBLE PRECISION NOT NULL,
  measured_at     TIMESTAMP(6) WITH TIME ZONE NOT NULL,
  pace_figures    INTEGER NOT NULL,
  pace_mean       DOUBLE PRECISION NOT NULL,
  pace_squares    DOUBLE PRECISION NOT NULL,
  pace_sum        DOUBLE PRECISION NOT NULL,
  PRIMARY KEY (model, version, variant, device_id),
  FOREIGN KEY (model, version, variant) REFERENCES variant (model, version, name) ON DELETE CASCADE
);
CREATE INDEX latency_check_by_time ON latency_check (measured_at);

CREATE TABLE refit_proposal (
  model           VARCHAR(63) NOT NULL,
  version         VARCHAR(63) NOT NULL,
  variant         VARCHAR(63) NOT NULL,
  device_id       VARCHAR(128) NOT NULL,
  profile         VARCHAR(128) NOT NULL,
  before_millis   DOUBLE PRECISION NOT NULL,
  now_millis      DOUBLE PRECISION NOT NULL,
  found_at        TIMESTAMP(6) WITH TIME ZONE NOT NULL,
  PRIMARY KEY (model, version, variant, device_id),
  FOREIGN KEY (model, version, variant) REFERENCES variant (model, version, name) ON DELETE CASCADE
);
CREATE INDEX refit_proposal_by_time ON refit_proposal (found_at);

CREATE INDEX fit_decision_by_device ON fit_decision (device_id);

-- Which batches of a spool were summed up into hours and are no longer rows of their own: ranges such as 1-500,502-510.

CREATE TABLE telemetry_seen (
  device_id   VARCHAR(128) NOT NULL,
  spool_id    VARCHAR(128) NOT NULL,
  sequences   VARCHAR(1000000) NOT NULL,
  newest      TIMESTAMP(6) WITH TIME ZONE NOT NULL,
  PRIMARY KEY (device_id, spool_id)
);

-- Samples for calibration and validation. Thousands of classes with long names do not fit a VARCHAR.
CREATE TABLE data_set (
  name        VARCHAR(63) PRIMARY KEY,
  blob_digest VARCHAR(64) NOT NULL,
  size_bytes  BIGINT NOT NULL,
  content     VARCHAR(20) NOT NULL,
  truth       VARCHAR(20) NOT NULL,
  samples     BIGINT NOT NULL,
  labelled    BIGINT NOT NULL,
  duplicates  BIGINT NOT NULL,
  classes     TEXT NOT NULL,
  splits      TEXT NOT NULL,
  tags        VARCHAR(1000000) NOT NULL,
  created_at  TIMESTAMP(6) WITH TIME ZONE NOT NULL
);
CREATE INDEX data_set_by_blob ON data_set (blob_digest);

-- What a variant answered the controller on golden inputs; a document without cases says that it has none.

CREATE TABLE variant_golden (
  model     VARCHAR(63) NOT NULL,
  version   VARCHAR(63) NOT NULL,
  variant   VARCHAR(63) NOT NULL,
  document  VARCHAR(1000000) NOT NULL,
  PRIMARY KEY (model, version, variant),
  FOREIGN KEY (model, version, variant) REFERENCES variant (model, version, name) ON DELETE CASCADE
);

-- Variants that a device tried and refused, with the numbers: they are not offered to it again while these hold.

CREATE TABLE device_refusal (
  device_id    VARCHAR(128) NOT NULL REFERENCES device (id) ON DELETE CASCADE,
  model        VARCHAR(63) NOT NULL,
  version      VARCHAR(63) NOT NULL,
  variant      VARCHAR(63) NOT NULL,
  document     VARCHAR(1000000) NOT NULL,
  PRIMARY KEY (device_id, model, version, variant),
  FOREIGN KEY (model, version, variant) REFERENCES variant (model, version, name) ON DELETE CASCADE
);
CREATE INDEX device_refusal_by_version ON device_refusal (model, version);

-- Recipes that users added.
CREATE TABLE recipe (
  name        VARCHAR(63) PRIMARY KEY,
  content     VARCHAR(1000000) NOT NULL,
  digest      VARCHAR(64) NOT NULL,
  created_at  TIMESTAMP(6) WITH TIME ZONE NOT NULL
);

-- Lineage, evaluation, targets and findings of a variant.
CREATE TABLE variant_report (
  model       VARCHAR(63) NOT NULL,
  version     VARCHAR(63) NOT NULL,
  variant     VARCHAR(63) NOT NULL,
  report      VARCHAR(1000000) NOT NULL,
  PRIMARY KEY (model, version, variant),
  FOREIGN KEY (model, version, variant) REFERENCES variant (model, version, name) ON DELETE CASCADE
);

-- What a search found: fronts, members, and what was dropped why.
CREATE TABLE compression (
  job         VARCHAR(63) PRIMARY KEY,
  model       VARCHAR(63) NOT NULL,
  version     VARCHAR(63) NOT NULL,
  seq         BIGINT GENERATED ALWAYS AS IDENTITY,
  report      VARCHAR(1000000) NOT NULL,
  FOREIGN KEY (model, version) REFERENCES model_version (model, version) ON DELETE CASCADE
);
CREATE INDEX compression_by_version ON compression (model, version, seq);

-- Copyright The Roster Authors.
-- SPDX-License-Identifier: Apache-2.0

-- What PostgreSQL has beside the table of removals: the order of text, comments, and who may read it.

-- +goose Up

ALTER TABLE removal_windows
    ALTER COLUMN company TYPE TEXT COLLATE "C",
    ALTER COLUMN tenant TYPE TEXT COLLATE "C",
    ALTER COLUMN confirmation TYPE TEXT COLLATE "C";

COMMENT ON TABLE removal_windows IS 'What the removals of a tenant came to, by which its budget is spent.';
COMMENT ON COLUMN removal_windows.company IS 'The company: the namespace of the manifests.';
COMMENT ON COLUMN removal_windows.tenant IS 'The tenant''s name.';
COMMENT ON COLUMN removal_windows.began_at IS 'When the time began in which removals are counted; null is that none was counted.';
COMMENT ON COLUMN removal_windows.live IS 'How many people were live in the tenant then.';
COMMENT ON COLUMN removal_windows.removed IS 'How many were removed since.';
COMMENT ON COLUMN removal_windows.confirmation IS 'The confirmation that let people go last; null is none.';
COMMENT ON COLUMN removal_windows.confirmed IS 'How many people it has let go.';

-- +goose StatementBegin
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'roster_reader') THEN
        GRANT SELECT ON removal_windows TO roster_reader;
    END IF;
END $$;
-- +goose StatementEnd

-- Copyright The Roster Authors.
-- SPDX-License-Identifier: Apache-2.0

-- What the removals of a tenant came to in the time that its budget counts them in. There is no key to tenants: it stays when one goes.

-- +goose Up

CREATE TABLE removal_windows (
    company      TEXT   NOT NULL,
    tenant       TEXT   NOT NULL,
    began_at     TIMESTAMP WITH TIME ZONE,
    live         BIGINT NOT NULL,
    removed      BIGINT NOT NULL,
    confirmation TEXT,
    confirmed    BIGINT NOT NULL,
    CONSTRAINT removal_windows_pkey PRIMARY KEY (company, tenant),
    CONSTRAINT removal_windows_key_check CHECK (company <> '' AND tenant <> '')
);

-- Copyright The Roster Authors.
-- SPDX-License-Identifier: Apache-2.0

-- +goose Up

CREATE TABLE writer_epochs (
    installation TEXT   NOT NULL,
    epoch        BIGINT NOT NULL,
    CONSTRAINT writer_epochs_pkey PRIMARY KEY (installation),
    CONSTRAINT writer_epochs_check CHECK (installation <> '' AND epoch > 0)
);

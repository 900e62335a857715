-- Copyright The Roster Authors.
-- SPDX-License-Identifier: Apache-2.0

-- What SQLite has beside the tables of access and presence: the rule of switches. It names the grant too, since a program that did
-- not say PRAGMA foreign_keys is held to no key.

-- +goose Up

-- A cause names what it is in one field, whatever its kind.
UPDATE grants SET causes = replace(causes, '"policy":', '"name":') WHERE causes LIKE '%"policy":%';

-- +goose StatementBegin
CREATE TRIGGER presence_channels_insert BEFORE INSERT ON presence_channels
WHEN NOT EXISTS (
    SELECT 1 FROM presence p JOIN grants g ON g.user_id = p.user_id AND g.tenant = p.tenant
    WHERE p.user_id = NEW.user_id AND p.tenant = NEW.tenant AND p.state IN ('Online', 'Away') AND g.channel = NEW.channel
)
BEGIN
    SELECT RAISE(ABORT, 'a channel the person holds is switched, and while the person is Online or Away only');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER presence_channels_update BEFORE UPDATE ON presence_channels
WHEN NOT EXISTS (
    SELECT 1 FROM presence p JOIN grants g ON g.user_id = p.user_id AND g.tenant = p.tenant
    WHERE p.user_id = NEW.user_id AND p.tenant = NEW.tenant AND p.state IN ('Online', 'Away') AND g.channel = NEW.channel
)
BEGIN
    SELECT RAISE(ABORT, 'a channel the person holds is switched, and while the person is Online or Away only');
END;
-- +goose StatementEnd

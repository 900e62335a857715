-- Copyright The Roster Authors.
-- SPDX-License-Identifier: Apache-2.0

-- +goose Up

-- What tenants said before of their groups is what there is, so that nobody's view changes with the migration.
ALTER TABLE tenants ADD COLUMN has_groups BOOLEAN NOT NULL DEFAULT FALSE;

UPDATE tenants SET has_groups = EXISTS (
        SELECT 1 FROM tenant_groups g
        WHERE g.company = tenants.company AND g.tenant = tenants.tenant AND g.group_name <> 'general'
    ) OR EXISTS (
        SELECT 1 FROM memberships m JOIN membership_groups mg ON mg.user_id = m.user_id AND mg.tenant = m.tenant
        WHERE m.company = tenants.company AND m.tenant = tenants.tenant AND mg.group_name <> 'general'
    );

-- A set of capabilities is named by what it holds and kept once for all who have it. It is never changed or removed, so that no
-- key refers to it: all writers would lock the same few rows.
CREATE TABLE capability_sets (
    capability_set TEXT NOT NULL,
    CONSTRAINT capability_sets_pkey PRIMARY KEY (capability_set)
);

CREATE TABLE capabilities (
    capability_set TEXT NOT NULL,
    capability     TEXT NOT NULL,
    reach          TEXT NOT NULL,
    causes         JSONB,
    CONSTRAINT capabilities_pkey PRIMARY KEY (capability_set, capability),
    CONSTRAINT capabilities_set_fkey FOREIGN KEY (capability_set) REFERENCES capability_sets (capability_set) ON DELETE CASCADE,
    CONSTRAINT capabilities_key_check CHECK (capability <> '')
);
CREATE INDEX capabilities_capability_idx ON capabilities (capability, capability_set);

CREATE TABLE access (
    user_id                 TEXT    NOT NULL,
    company                 TEXT    NOT NULL,
    tenant                  TEXT    NOT NULL,
    role                    TEXT    NOT NULL,
    sees_all                BOOLEAN NOT NULL,
    unassigned              BOOLEAN NOT NULL,
    sessions                BOOLEAN NOT NULL,
    emails                  BOOLEAN NOT NULL,
    archived_calls          BOOLEAN NOT NULL,
    offline_messages        BOOLEAN NOT NULL,
    others_offline_messages BOOLEAN NOT NULL,
    capability_set          TEXT,
    CONSTRAINT access_pkey PRIMARY KEY (user_id, tenant),
    CONSTRAINT access_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
);
CREATE INDEX access_company_tenant_set_idx ON access (company, tenant, capability_set);

CREATE TABLE presence (
    user_id TEXT NOT NULL,
    tenant  TEXT NOT NULL,
    state   TEXT NOT NULL,
    CONSTRAINT presence_pkey PRIMARY KEY (user_id, tenant),
    CONSTRAINT presence_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT presence_key_check CHECK (tenant <> ''),
    CONSTRAINT presence_state_check CHECK (state IN ('Online', 'Away', 'Offline'))
);

-- A switch is of a channel that the person holds, and goes with the grant.
CREATE TABLE presence_channels (
    user_id     TEXT    NOT NULL,
    tenant      TEXT    NOT NULL,
    channel     TEXT    NOT NULL,
    switched_on BOOLEAN NOT NULL DEFAULT TRUE,
    CONSTRAINT presence_channels_pkey PRIMARY KEY (user_id, tenant, channel),
    CONSTRAINT presence_channels_grant_fkey FOREIGN KEY (user_id, tenant, channel)
        REFERENCES grants (user_id, tenant, channel) ON DELETE CASCADE
);

-- Copyright The Roster Authors.
-- SPDX-License-Identifier: Apache-2.0

-- +goose Up

CREATE TABLE store_identity (
    singleton BOOLEAN NOT NULL DEFAULT TRUE,
    id        TEXT    NOT NULL,
    CONSTRAINT store_identity_pkey PRIMARY KEY (singleton),
    CONSTRAINT store_identity_singleton_check CHECK (singleton)
);

CREATE TABLE tenants (
    company            TEXT    NOT NULL,
    tenant             TEXT    NOT NULL,
    display_name       TEXT    NOT NULL,
    others_messages    TEXT    NOT NULL,
    unassigned_scope   TEXT    NOT NULL,
    settings           JSONB   NOT NULL,
    retired            BOOLEAN NOT NULL,
    purge_after        TIMESTAMP WITH TIME ZONE,
    held               TEXT,
    stamp_installation TEXT,
    stamp_namespace    TEXT,
    stamp_kind         TEXT,
    stamp_name         TEXT,
    stamp_uid          TEXT,
    stamp_generation   BIGINT,
    stamp_epoch        BIGINT,
    created_at         TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at         TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT tenants_pkey PRIMARY KEY (company, tenant),
    CONSTRAINT tenants_key_check CHECK (company <> '' AND tenant <> ''),
    CONSTRAINT tenants_stamp_check CHECK ((stamp_installation IS NULL) = (stamp_namespace IS NULL)
        AND (stamp_installation IS NULL) = (stamp_kind IS NULL) AND (stamp_installation IS NULL) = (stamp_name IS NULL))
);
CREATE INDEX tenants_stamp_idx ON tenants (stamp_installation, stamp_namespace, stamp_kind, stamp_name);

CREATE TABLE tenant_channels (
    company TEXT NOT NULL,
    tenant  TEXT NOT NULL,
    channel TEXT NOT NULL,
    CONSTRAINT tenant_channels_pkey PRIMARY KEY (company, tenant, channel),
    CONSTRAINT tenant_channels_tenant_fkey FOREIGN KEY (company, tenant) REFERENCES tenants (company, tenant) ON DELETE CASCADE
);

CREATE TABLE tenant_away_channels (
    company TEXT NOT NULL,
    tenant  TEXT NOT NULL,
    channel TEXT NOT NULL,
    CONSTRAINT tenant_away_channels_pkey PRIMARY KEY (company, tenant, channel),
    CONSTRAINT tenant_away_channels_tenant_fkey FOREIGN KEY (company, tenant) REFERENCES tenants (company, tenant) ON DELETE CASCADE
);

CREATE TABLE tenant_groups (
    company                     TEXT    NOT NULL,
    tenant                      TEXT    NOT NULL,
    group_name                  TEXT    NOT NULL,
    display_name                TEXT    NOT NULL,
    description                 TEXT,
    all_channels                BOOLEAN NOT NULL,
    routing_strategy            TEXT    NOT NULL,
    max_concurrent_per_operator BIGINT,
    stamp_installation          TEXT,
    stamp_namespace             TEXT,
    stamp_kind                  TEXT,
    stamp_name                  TEXT,
    stamp_uid                   TEXT,
    stamp_generation            BIGINT,
    stamp_epoch                 BIGINT,
    created_at                  TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at                  TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT tenant_groups_pkey PRIMARY KEY (company, tenant, group_name),
    CONSTRAINT tenant_groups_key_check CHECK (company <> '' AND tenant <> '' AND group_name <> ''),
    CONSTRAINT tenant_groups_stamp_check CHECK ((stamp_installation IS NULL) = (stamp_namespace IS NULL)
        AND (stamp_installation IS NULL) = (stamp_kind IS NULL) AND (stamp_installation IS NULL) = (stamp_name IS NULL))
);
CREATE INDEX tenant_groups_stamp_idx ON tenant_groups (stamp_installation, stamp_namespace, stamp_kind, stamp_name);

CREATE TABLE group_channels (
    company    TEXT NOT NULL,
    tenant     TEXT NOT NULL,
    group_name TEXT NOT NULL,
    channel    TEXT NOT NULL,
    CONSTRAINT group_channels_pkey PRIMARY KEY (company, tenant, group_name, channel),
    CONSTRAINT group_channels_group_fkey FOREIGN KEY (company, tenant, group_name)
        REFERENCES tenant_groups (company, tenant, group_name) ON DELETE CASCADE
);

CREATE TABLE channel_policies (
    company            TEXT    NOT NULL,
    tenant             TEXT    NOT NULL,
    policy_name        TEXT    NOT NULL,
    channels           JSONB,
    subjects           JSONB,
    online             BOOLEAN NOT NULL,
    away               BOOLEAN NOT NULL,
    capacity           BIGINT,
    stamp_installation TEXT,
    stamp_namespace    TEXT,
    stamp_kind         TEXT,
    stamp_name         TEXT,
    stamp_uid          TEXT,
    stamp_generation   BIGINT,
    stamp_epoch        BIGINT,
    created_at         TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at         TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT channel_policies_pkey PRIMARY KEY (company, tenant, policy_name),
    CONSTRAINT channel_policies_key_check CHECK (company <> '' AND tenant <> '' AND policy_name <> ''),
    CONSTRAINT channel_policies_stamp_check CHECK ((stamp_installation IS NULL) = (stamp_namespace IS NULL)
        AND (stamp_installation IS NULL) = (stamp_kind IS NULL) AND (stamp_installation IS NULL) = (stamp_name IS NULL))
);
CREATE INDEX channel_policies_stamp_idx ON channel_policies (stamp_installation, stamp_namespace, stamp_kind, stamp_name);

CREATE TABLE users (
    id                    TEXT    NOT NULL,
    company               TEXT    NOT NULL,
    user_name             TEXT    NOT NULL,
    given_name            TEXT,
    family_name           TEXT,
    public_name           TEXT,
    title                 TEXT,
    phone_number          TEXT,
    email                 TEXT,
    email_key             TEXT,
    locale                TEXT,
    time_zone             TEXT,
    home_tenant           TEXT,
    active                BOOLEAN NOT NULL,
    company_administrator BOOLEAN NOT NULL,
    credential_mode       TEXT    NOT NULL,
    identity_provider     TEXT,
    conversation_alerts   JSONB,
    message_alerts        JSONB,
    purge_after           TIMESTAMP WITH TIME ZONE,
    held                  TEXT,
    stamp_installation    TEXT,
    stamp_namespace       TEXT,
    stamp_kind            TEXT,
    stamp_name            TEXT,
    stamp_uid             TEXT,
    stamp_generation      BIGINT,
    stamp_epoch           BIGINT,
    created_at            TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at            TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT users_pkey PRIMARY KEY (id),
    CONSTRAINT users_company_user_name_key UNIQUE (company, user_name),
    CONSTRAINT users_company_email_key UNIQUE (company, email_key),
    CONSTRAINT users_key_check CHECK (id <> '' AND company <> '' AND user_name <> ''),
    CONSTRAINT users_stamp_check CHECK ((stamp_installation IS NULL) = (stamp_namespace IS NULL)
        AND (stamp_installation IS NULL) = (stamp_kind IS NULL) AND (stamp_installation IS NULL) = (stamp_name IS NULL))
);
CREATE INDEX users_stamp_idx ON users (stamp_installation, stamp_namespace, stamp_kind, stamp_name);
CREATE INDEX users_company_administrators_idx ON users (company) WHERE company_administrator;

CREATE TABLE memberships (
    user_id                 TEXT    NOT NULL,
    company                 TEXT    NOT NULL,
    tenant                  TEXT    NOT NULL,
    active                  BOOLEAN NOT NULL,
    role                    TEXT    NOT NULL,
    others_archived_calls   BOOLEAN NOT NULL,
    offline_messages        BOOLEAN NOT NULL,
    live_visitors           BOOLEAN NOT NULL,
    live_visitor_preview    BOOLEAN NOT NULL,
    others_offline_messages BOOLEAN NOT NULL,
    after_conversation      BOOLEAN NOT NULL,
    after_call              BOOLEAN NOT NULL,
    given_name              TEXT,
    family_name             TEXT,
    public_name             TEXT,
    title                   TEXT,
    phone_number            TEXT,
    email                   TEXT,
    CONSTRAINT memberships_pkey PRIMARY KEY (user_id, tenant),
    CONSTRAINT memberships_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT memberships_key_check CHECK (tenant <> '')
);
CREATE INDEX memberships_company_tenant_role_idx ON memberships (company, tenant, role);

CREATE TABLE membership_groups (
    user_id    TEXT NOT NULL,
    tenant     TEXT NOT NULL,
    group_name TEXT NOT NULL,
    priority   TEXT NOT NULL,
    CONSTRAINT membership_groups_pkey PRIMARY KEY (user_id, tenant, group_name),
    CONSTRAINT membership_groups_membership_fkey FOREIGN KEY (user_id, tenant) REFERENCES memberships (user_id, tenant) ON DELETE CASCADE
);

CREATE TABLE membership_team (
    user_id TEXT NOT NULL,
    tenant  TEXT NOT NULL,
    member  TEXT NOT NULL,
    CONSTRAINT membership_team_pkey PRIMARY KEY (user_id, tenant, member),
    CONSTRAINT membership_team_membership_fkey FOREIGN KEY (user_id, tenant) REFERENCES memberships (user_id, tenant) ON DELETE CASCADE
);

CREATE TABLE membership_permissions (
    user_id    TEXT NOT NULL,
    tenant     TEXT NOT NULL,
    permission TEXT NOT NULL,
    CONSTRAINT membership_permissions_pkey PRIMARY KEY (user_id, tenant, permission),
    CONSTRAINT membership_permissions_membership_fkey FOREIGN KEY (user_id, tenant) REFERENCES memberships (user_id, tenant) ON DELETE CASCADE
);

CREATE TABLE grants (
    user_id  TEXT    NOT NULL,
    company  TEXT    NOT NULL,
    tenant   TEXT    NOT NULL,
    channel  TEXT    NOT NULL,
    online   BOOLEAN NOT NULL,
    away     BOOLEAN NOT NULL,
    capacity BIGINT,
    causes   JSONB,
    CONSTRAINT grants_pkey PRIMARY KEY (user_id, tenant, channel),
    CONSTRAINT grants_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT grants_key_check CHECK (tenant <> '' AND channel <> '')
);
CREATE INDEX grants_company_tenant_channel_idx ON grants (company, tenant, channel);

CREATE VIEW effective_channels AS
SELECT
    g.company,
    g.tenant,
    g.user_id,
    u.user_name,
    g.channel,
    g.online,
    g.away AND EXISTS (
        SELECT 1 FROM tenant_away_channels ta
        WHERE ta.company = g.company AND ta.tenant = g.tenant AND ta.channel = g.channel
    ) AS away,
    g.capacity,
    g.causes,
    CASE
        WHEN NOT u.active THEN 'Deactivated'
        WHEN u.credential_mode = 'IdentityProvider' THEN 'Active'
        ELSE 'Invited'
    END AS state
FROM grants g
JOIN users u ON u.id = g.user_id
JOIN memberships m ON m.user_id = g.user_id AND m.tenant = g.tenant
JOIN tenants t ON t.company = g.company AND t.tenant = g.tenant
JOIN tenant_channels tc ON tc.company = g.company AND tc.tenant = g.tenant AND tc.channel = g.channel
WHERE u.active AND m.active AND NOT t.retired;

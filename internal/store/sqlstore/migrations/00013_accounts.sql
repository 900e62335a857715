-- Copyright The Roster Authors.
-- SPDX-License-Identifier: Apache-2.0

-- What people log in by, and what they set of themselves. No manifest's sync writes these tables.

-- +goose Up

CREATE TABLE accounts (
    user_id         TEXT    NOT NULL,
    password_hash   TEXT,
    password_source TEXT,
    must_change     BOOLEAN NOT NULL,
    password_set_at TIMESTAMP WITH TIME ZONE,
    secret_version  TEXT,
    reset_request   TEXT,
    resend_request  TEXT,
    changed_at      TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT accounts_pkey PRIMARY KEY (user_id),
    CONSTRAINT accounts_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
);
CREATE INDEX accounts_changed_at_idx ON accounts (changed_at, user_id);

CREATE TABLE links (
    token_hash    TEXT   NOT NULL,
    user_id       TEXT   NOT NULL,
    nonce         TEXT   NOT NULL,
    purpose       TEXT   NOT NULL,
    email         TEXT   NOT NULL,
    message_id    TEXT   NOT NULL,
    valid_seconds BIGINT NOT NULL,
    issued_at     TIMESTAMP WITH TIME ZONE NOT NULL,
    sent_at       TIMESTAMP WITH TIME ZONE,
    expires_at    TIMESTAMP WITH TIME ZONE,
    ended_at      TIMESTAMP WITH TIME ZONE,
    ended         TEXT,
    attempts      BIGINT NOT NULL,
    next_try_at   TIMESTAMP WITH TIME ZONE,
    failure       TEXT,
    position      BIGINT NOT NULL,
    CONSTRAINT links_pkey PRIMARY KEY (token_hash),
    CONSTRAINT links_key_check CHECK (token_hash <> ''),
    CONSTRAINT links_user_id_fkey FOREIGN KEY (user_id) REFERENCES accounts (user_id) ON DELETE CASCADE
);
CREATE INDEX links_user_id_idx ON links (user_id, position);
CREATE INDEX links_next_try_at_idx ON links (next_try_at) WHERE next_try_at IS NOT NULL;

CREATE TABLE self_profiles (
    user_id    TEXT  NOT NULL,
    avatar     BYTEA NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT self_profiles_pkey PRIMARY KEY (user_id),
    CONSTRAINT self_profiles_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
);

-- Whether there is a password is said beside the person, as the views of whole tenants ask it of everybody.
ALTER TABLE users ADD COLUMN has_password BOOLEAN NOT NULL DEFAULT FALSE;

DROP VIEW effective_routes;
DROP VIEW effective_teams;
DROP VIEW effective_groups;
DROP VIEW effective_capabilities;
DROP VIEW effective_access;
DROP VIEW effective_channels;

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
        WHEN u.has_password OR u.credential_mode = 'IdentityProvider' THEN 'Active'
        ELSE 'Invited'
    END AS state
FROM grants g
JOIN users u ON u.company = g.company AND u.id = g.user_id
JOIN memberships m ON m.company = g.company AND m.user_id = g.user_id AND m.tenant = g.tenant
JOIN tenants t ON t.company = g.company AND t.tenant = g.tenant
JOIN tenant_channels tc ON tc.company = g.company AND tc.tenant = g.tenant AND tc.channel = g.channel
WHERE u.active AND m.active AND NOT t.retired;

CREATE VIEW effective_access AS
SELECT
    a.company,
    a.tenant,
    a.user_id,
    u.user_name,
    a.role,
    a.sees_all,
    a.sees_all OR NOT t.has_groups OR (a.unassigned AND t.unassigned_scope = 'All') AS sees_every_group,
    a.sees_all OR a.sessions AS sees_sessions,
    a.sees_all OR a.emails AS sees_emails,
    a.sees_all OR t.others_messages <> 'Denied' AS others_messages,
    a.archived_calls,
    a.offline_messages,
    a.others_offline_messages,
    a.capability_set,
    CASE
        WHEN NOT u.active THEN 'Deactivated'
        WHEN u.has_password OR u.credential_mode = 'IdentityProvider' THEN 'Active'
        ELSE 'Invited'
    END AS state
FROM access a
JOIN users u ON u.company = a.company AND u.id = a.user_id
JOIN memberships m ON m.company = a.company AND m.user_id = a.user_id AND m.tenant = a.tenant
JOIN tenants t ON t.company = a.company AND t.tenant = a.tenant
WHERE u.active AND m.active AND NOT t.retired
UNION ALL
SELECT
    a.company,
    t.tenant,
    a.user_id,
    u.user_name,
    a.role,
    a.sees_all,
    a.sees_all OR NOT t.has_groups OR (a.unassigned AND t.unassigned_scope = 'All') AS sees_every_group,
    a.sees_all OR a.sessions AS sees_sessions,
    a.sees_all OR a.emails AS sees_emails,
    a.sees_all OR t.others_messages <> 'Denied' AS others_messages,
    a.archived_calls,
    a.offline_messages,
    a.others_offline_messages,
    a.capability_set,
    CASE
        WHEN NOT u.active THEN 'Deactivated'
        WHEN u.has_password OR u.credential_mode = 'IdentityProvider' THEN 'Active'
        ELSE 'Invited'
    END AS state
FROM access a
JOIN users u ON u.company = a.company AND u.id = a.user_id
JOIN tenants t ON t.company = a.company
WHERE a.tenant = '' AND u.active AND u.company_administrator AND NOT t.retired AND NOT EXISTS (
    SELECT 1 FROM memberships m WHERE m.user_id = a.user_id AND m.tenant = t.tenant
);

CREATE VIEW effective_capabilities AS
SELECT
    a.company,
    a.tenant,
    a.user_id,
    u.user_name,
    c.capability,
    c.reach,
    c.causes,
    CASE
        WHEN NOT u.active THEN 'Deactivated'
        WHEN u.has_password OR u.credential_mode = 'IdentityProvider' THEN 'Active'
        ELSE 'Invited'
    END AS state
FROM capabilities c
JOIN access a ON a.capability_set = c.capability_set
JOIN users u ON u.company = a.company AND u.id = a.user_id
JOIN memberships m ON m.company = a.company AND m.user_id = a.user_id AND m.tenant = a.tenant
JOIN tenants t ON t.company = a.company AND t.tenant = a.tenant
WHERE u.active AND m.active AND NOT t.retired AND (c.capability <> 'conversation.initiate' OR EXISTS (
    SELECT 1 FROM grants g
    JOIN tenant_channels tc ON tc.company = g.company AND tc.tenant = g.tenant AND tc.channel = g.channel
    WHERE g.company = a.company AND g.user_id = a.user_id AND g.tenant = a.tenant
    LIMIT 1 OFFSET 0
))
UNION ALL
SELECT
    a.company,
    t.tenant,
    a.user_id,
    u.user_name,
    c.capability,
    c.reach,
    c.causes,
    CASE
        WHEN NOT u.active THEN 'Deactivated'
        WHEN u.has_password OR u.credential_mode = 'IdentityProvider' THEN 'Active'
        ELSE 'Invited'
    END AS state
FROM capabilities c
JOIN access a ON a.capability_set = c.capability_set
JOIN users u ON u.company = a.company AND u.id = a.user_id
JOIN tenants t ON t.company = a.company
WHERE a.tenant = '' AND u.active AND u.company_administrator AND NOT t.retired AND c.capability <> 'conversation.initiate' AND NOT EXISTS (
    SELECT 1 FROM memberships m WHERE m.user_id = a.user_id AND m.tenant = t.tenant
);

CREATE VIEW effective_groups AS
SELECT
    m.company,
    m.tenant,
    m.user_id,
    u.user_name,
    g.group_name,
    mg.priority,
    g.all_channels,
    g.max_concurrent_per_operator
FROM membership_groups mg
JOIN memberships m ON m.user_id = mg.user_id AND m.tenant = mg.tenant
JOIN users u ON u.company = m.company AND u.id = m.user_id
JOIN tenants t ON t.company = m.company AND t.tenant = m.tenant
JOIN tenant_groups g ON g.company = m.company AND g.tenant = m.tenant AND g.group_name = mg.group_name
WHERE u.active AND m.active AND NOT t.retired AND g.group_name <> 'general';

CREATE VIEW effective_teams AS
SELECT
    m.company,
    m.tenant,
    m.user_id,
    u.user_name,
    o.id AS member_id,
    o.user_name AS member
FROM membership_team mt
JOIN memberships m ON m.user_id = mt.user_id AND m.tenant = mt.tenant
JOIN users u ON u.company = m.company AND u.id = m.user_id
JOIN tenants t ON t.company = m.company AND t.tenant = m.tenant
JOIN users o ON o.company = m.company AND o.user_name = mt.member
WHERE u.active AND NOT u.company_administrator AND m.active AND NOT t.retired;

CREATE VIEW effective_routes AS
SELECT
    e.company,
    e.tenant,
    e.user_id,
    e.user_name,
    e.channel,
    CAST('general' AS TEXT) AS group_name,
    CAST(NULL AS TEXT) AS priority,
    e.capacity,
    e.state,
    COALESCE((SELECT p.state FROM presence p WHERE p.user_id = e.user_id AND p.tenant = e.tenant), 'Offline') AS presence,
    e.state = 'Active' AND EXISTS (
        SELECT 1 FROM presence p
        WHERE p.user_id = e.user_id AND p.tenant = e.tenant AND (p.state = 'Online' AND e.online OR p.state = 'Away' AND e.away)
        LIMIT 1 OFFSET 0
    ) AND NOT EXISTS (
        SELECT 1 FROM presence_channels pc
        WHERE pc.user_id = e.user_id AND pc.tenant = e.tenant AND pc.channel = e.channel AND NOT pc.switched_on
        LIMIT 1 OFFSET 0
    ) AS routable
FROM effective_channels e
UNION ALL
SELECT
    e.company,
    e.tenant,
    e.user_id,
    e.user_name,
    e.channel,
    g.group_name,
    mg.priority,
    CAST(CASE WHEN g.max_concurrent_per_operator IS NULL OR e.capacity < g.max_concurrent_per_operator THEN e.capacity
        ELSE g.max_concurrent_per_operator END AS BIGINT) AS capacity,
    e.state,
    COALESCE((SELECT p.state FROM presence p WHERE p.user_id = e.user_id AND p.tenant = e.tenant), 'Offline') AS presence,
    e.state = 'Active' AND EXISTS (
        SELECT 1 FROM presence p
        WHERE p.user_id = e.user_id AND p.tenant = e.tenant AND (p.state = 'Online' AND e.online OR p.state = 'Away' AND e.away)
        LIMIT 1 OFFSET 0
    ) AND NOT EXISTS (
        SELECT 1 FROM presence_channels pc
        WHERE pc.user_id = e.user_id AND pc.tenant = e.tenant AND pc.channel = e.channel AND NOT pc.switched_on
        LIMIT 1 OFFSET 0
    ) AS routable
FROM effective_channels e
JOIN membership_groups mg ON mg.user_id = e.user_id AND mg.tenant = e.tenant
JOIN tenant_groups g ON g.company = e.company AND g.tenant = e.tenant AND g.group_name = mg.group_name
WHERE g.group_name <> 'general' AND (g.all_channels OR EXISTS (
    SELECT 1 FROM group_channels gc
    WHERE gc.company = g.company AND gc.tenant = g.tenant AND gc.group_name = g.group_name AND gc.channel = e.channel
    LIMIT 1 OFFSET 0
));

CREATE VIEW logins AS
SELECT u.company, u.user_name, u.id AS user_id, a.password_hash, a.must_change
FROM users u
JOIN accounts a ON a.user_id = u.id
WHERE u.active AND u.has_password AND u.credential_mode <> 'IdentityProvider' AND a.password_hash IS NOT NULL;

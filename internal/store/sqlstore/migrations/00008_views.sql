-- Copyright The Roster Authors.
-- SPDX-License-Identifier: Apache-2.0

-- The views join what a person has with the tenant's own facts. Each names the company of all its rows, so that the indexes, which
-- begin with it, serve whoever asks for a person or a tenant. Where company administrators have what others need a membership for,
-- the two are apart, so that each search has its index. What hangs on presence, and on a channel of the group, is looked up for each row,
-- since PostgreSQL thinks long about many joins; the offset keeps it from reading such a table whole beforehand. SQLite asks both
-- halves of a union for their part where their columns have the same types.

-- +goose Up

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
        WHEN u.credential_mode = 'IdentityProvider' THEN 'Active'
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
        WHEN u.credential_mode = 'IdentityProvider' THEN 'Active'
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
        WHEN u.credential_mode = 'IdentityProvider' THEN 'Active'
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
        WHEN u.credential_mode = 'IdentityProvider' THEN 'Active'
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

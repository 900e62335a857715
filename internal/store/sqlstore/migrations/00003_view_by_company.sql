-- Copyright The Roster Authors.
-- SPDX-License-Identifier: Apache-2.0

-- The rows that a row of the view is made of are all of one company. Saying so lets whoever asks for a person or a tenant
-- of a company be answered by the indexes, which begin with the company.

-- +goose Up

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
        WHEN u.credential_mode = 'IdentityProvider' THEN 'Active'
        ELSE 'Invited'
    END AS state
FROM grants g
JOIN users u ON u.company = g.company AND u.id = g.user_id
JOIN memberships m ON m.company = g.company AND m.user_id = g.user_id AND m.tenant = g.tenant
JOIN tenants t ON t.company = g.company AND t.tenant = g.tenant
JOIN tenant_channels tc ON tc.company = g.company AND tc.tenant = g.tenant AND tc.channel = g.channel
WHERE u.active AND m.active AND NOT t.retired;

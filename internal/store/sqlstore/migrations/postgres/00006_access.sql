-- Copyright The Roster Authors.
-- SPDX-License-Identifier: Apache-2.0

-- What PostgreSQL has beside the tables of access and presence: the order of text, comments, the rule of switches, and a role for
-- the platform.

-- +goose Up

-- +goose StatementBegin
DO $$
DECLARE
    change RECORD;
BEGIN
    FOR change IN
        SELECT a.attrelid::regclass AS of_table, string_agg(format('ALTER COLUMN %I TYPE TEXT COLLATE "C"', a.attname), ', ') AS columns
        FROM pg_attribute a
        WHERE a.attrelid = ANY (ARRAY['access', 'capability_sets', 'capabilities', 'presence', 'presence_channels']::regclass[])
            AND a.atttypid = 'text'::regtype AND a.attnum > 0 AND NOT a.attisdropped
        GROUP BY a.attrelid
    LOOP
        EXECUTE format('ALTER TABLE %s %s', change.of_table, change.columns);
    END LOOP;
END $$;
-- +goose StatementEnd

-- A cause names what it is in one field, whatever its kind.
UPDATE grants SET causes = replace(causes::text, '"policy":', '"name":')::jsonb WHERE causes::text LIKE '%"policy":%';

COMMENT ON COLUMN tenants.has_groups IS 'Whether there are groups but the general one, or people who name one: then a view is by group.';

COMMENT ON TABLE access IS 'What a person may do in a tenant, before the tenant''s own facts; effective_access has what is in effect.';
COMMENT ON COLUMN access.user_id IS 'The person: users.id.';
COMMENT ON COLUMN access.company IS 'The company: the namespace of the manifests.';
COMMENT ON COLUMN access.tenant IS 'The tenant''s name; empty is every tenant of the company in which the person has no membership, which company administrators have.';
COMMENT ON COLUMN access.role IS 'The role in effect: Administrator, Manager, Worker.';
COMMENT ON COLUMN access.sees_all IS 'Every conversation of the tenant is in the person''s scope.';
COMMENT ON COLUMN access.unassigned IS 'The person names no group.';
COMMENT ON COLUMN access.sessions IS 'All chats and calls are in the person''s scope.';
COMMENT ON COLUMN access.emails IS 'All e-mails are in the person''s scope.';
COMMENT ON COLUMN access.archived_calls IS 'Archived calls of others are open, within the scope.';
COMMENT ON COLUMN access.offline_messages IS 'Offline messages that nobody took on are open, within the scope.';
COMMENT ON COLUMN access.others_offline_messages IS 'Offline messages that others took on are open, within the scope.';
COMMENT ON COLUMN access.capability_set IS 'What the person may do: a set of capabilities; null is nothing.';

COMMENT ON TABLE capability_sets IS 'Sets of capabilities, each kept once for all who have it; never changed or removed.';
COMMENT ON COLUMN capability_sets.capability_set IS 'The set''s name, which follows from what it holds.';

COMMENT ON TABLE capabilities IS 'The capabilities of each set.';
COMMENT ON COLUMN capabilities.capability_set IS 'The set.';
COMMENT ON COLUMN capabilities.capability IS 'What whoever has the set may do, such as conversation.read; the list will grow.';
COMMENT ON COLUMN capabilities.reach IS 'How far: Self, Channels, Team, Scope, Administered or Tenant.';
COMMENT ON COLUMN capabilities.causes IS 'Every cause of it, as a JSON list.';

COMMENT ON TABLE presence IS 'Where people are, in each tenant. The platform writes it, the manager never does; who has no row is Offline.';
COMMENT ON COLUMN presence.user_id IS 'The person: users.id.';
COMMENT ON COLUMN presence.tenant IS 'The tenant''s name.';
COMMENT ON COLUMN presence.state IS 'Online, Away or Offline.';

COMMENT ON TABLE presence_channels IS 'The channels people switched, in each tenant. The platform writes it; it goes with the grant. A channel without a row is on.';
COMMENT ON COLUMN presence_channels.user_id IS 'The person: users.id.';
COMMENT ON COLUMN presence_channels.tenant IS 'The tenant''s name.';
COMMENT ON COLUMN presence_channels.channel IS 'A channel the person holds in the tenant: grants.channel.';
COMMENT ON COLUMN presence_channels.switched_on IS 'Whether work of the channel may be routed to the person.';

-- The row of presence is locked, so that the state is so until the switch is committed.
-- +goose StatementBegin
CREATE FUNCTION presence_channels_accept() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM presence p
    WHERE p.user_id = NEW.user_id AND p.tenant = NEW.tenant AND p.state IN ('Online', 'Away')
    FOR SHARE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'a channel is switched while the person is Online or Away only'
            USING ERRCODE = 'check_violation', TABLE = 'presence_channels', CONSTRAINT = 'presence_channels_state_check';
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd
-- Whoever switches a channel may look for tables elsewhere first.
-- +goose StatementBegin
DO $$
BEGIN
    EXECUTE format('ALTER FUNCTION presence_channels_accept() SET search_path = %I, pg_temp', current_schema());
END $$;
-- +goose StatementEnd
COMMENT ON FUNCTION presence_channels_accept() IS 'Channels are switched while the person is Online or Away only.';

CREATE TRIGGER presence_channels_accept BEFORE INSERT OR UPDATE ON presence_channels
    FOR EACH ROW EXECUTE FUNCTION presence_channels_accept();
COMMENT ON TRIGGER presence_channels_accept ON presence_channels IS 'Channels are switched while the person is Online or Away only.';

-- Roles belong to the server: one may be there, and the manager's user may not be let make it.
-- +goose StatementBegin
DO $$
BEGIN
    CREATE ROLE roster_platform NOLOGIN;
EXCEPTION WHEN duplicate_object OR unique_violation OR insufficient_privilege THEN
    NULL;
END $$;
-- +goose StatementEnd

-- +goose StatementBegin
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'roster_reader') THEN
        GRANT SELECT ON access, capability_sets, capabilities, presence, presence_channels TO roster_reader;
    END IF;
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'roster_platform') THEN
        EXECUTE format('GRANT USAGE ON SCHEMA %I TO roster_platform', current_schema());
        GRANT SELECT, INSERT, DELETE ON presence, presence_channels TO roster_platform;
        GRANT UPDATE (state) ON presence TO roster_platform;
        GRANT UPDATE (switched_on) ON presence_channels TO roster_platform;
    END IF;
END $$;
-- +goose StatementEnd

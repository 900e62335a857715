-- Copyright The Roster Authors.
-- SPDX-License-Identifier: Apache-2.0

-- What PostgreSQL has beside the tables: an order of text that no locale changes, comments, and a role for readers.

-- +goose Up

-- Keys are ordered by their bytes, as elsewhere: pages of a listing depend on it. A view keeps the types of its columns as
-- they were, so it is made anew.
-- +goose StatementBegin
DO $$
DECLARE
    definition TEXT := pg_get_viewdef('effective_channels'::regclass);
    change     RECORD;
BEGIN
    DROP VIEW effective_channels;
    FOR change IN
        SELECT a.attrelid::regclass AS of_table, string_agg(format('ALTER COLUMN %I TYPE TEXT COLLATE "C"', a.attname), ', ') AS columns
        FROM pg_attribute a
        WHERE a.attrelid = ANY (ARRAY[
        'store_identity', 'tenants', 'tenant_channels', 'tenant_away_channels', 'tenant_groups',
        'group_channels', 'channel_policies', 'users', 'memberships', 'membership_groups',
        'membership_team', 'membership_permissions', 'grants', 'writer_epochs'
        ]::regclass[]) AND a.atttypid = 'text'::regtype AND a.attnum > 0 AND NOT a.attisdropped
        GROUP BY a.attrelid
    LOOP
        EXECUTE format('ALTER TABLE %s %s', change.of_table, change.columns);
    END LOOP;
    EXECUTE 'CREATE VIEW effective_channels AS ' || definition;
END $$;
-- +goose StatementEnd

COMMENT ON TABLE store_identity IS 'The store itself: its one row.';
COMMENT ON COLUMN store_identity.singleton IS 'Always true, so that there is one row.';
COMMENT ON COLUMN store_identity.id IS 'The store''s name for good; it is replaced when the store is restored from a backup.';

COMMENT ON TABLE tenants IS 'Tenants (brands, sites or clients of a company), with the settings a platform reads.';
COMMENT ON COLUMN tenants.company IS 'The company: the namespace of the manifests.';
COMMENT ON COLUMN tenants.tenant IS 'The tenant''s name.';
COMMENT ON COLUMN tenants.display_name IS 'The name for people to read.';
COMMENT ON COLUMN tenants.others_messages IS 'Whether people may read the messages of others: Allowed or Denied.';
COMMENT ON COLUMN tenants.unassigned_scope IS 'What a person in no group sees while the tenant has groups: General or All.';
COMMENT ON COLUMN tenants.settings IS 'The settings a platform reads, as declared.';
COMMENT ON COLUMN tenants.retired IS 'The manifest is gone: nobody has access in the tenant.';
COMMENT ON COLUMN tenants.purge_after IS 'When the record is removed for good; null is never.';
COMMENT ON COLUMN tenants.held IS 'Why a removal waits; null is that none does.';
COMMENT ON COLUMN tenants.stamp_installation IS 'Whose the record is: the installation of the manager; the four are null together, and then nobody''s.';
COMMENT ON COLUMN tenants.stamp_namespace IS 'Whose the record is: the namespace of the object.';
COMMENT ON COLUMN tenants.stamp_kind IS 'Whose the record is: the kind of the object.';
COMMENT ON COLUMN tenants.stamp_name IS 'Whose the record is: the name of the object.';
COMMENT ON COLUMN tenants.stamp_uid IS 'UID of the object at the last change, for people to read.';
COMMENT ON COLUMN tenants.stamp_generation IS 'Generation of the object at the last change, for people to read.';
COMMENT ON COLUMN tenants.stamp_epoch IS 'Epoch of the manager at the last change, for people to read.';
COMMENT ON COLUMN tenants.created_at IS 'When the record was made.';
COMMENT ON COLUMN tenants.updated_at IS 'When the record was last changed.';

COMMENT ON TABLE tenant_channels IS 'The channels a tenant has.';
COMMENT ON COLUMN tenant_channels.company IS 'The company: the namespace of the manifests.';
COMMENT ON COLUMN tenant_channels.tenant IS 'The tenant''s name.';
COMMENT ON COLUMN tenant_channels.channel IS 'Chat, Phone, Email, Facebook, WhatsApp; the list will grow.';

COMMENT ON TABLE tenant_away_channels IS 'The channels a tenant routes to people who are away.';
COMMENT ON COLUMN tenant_away_channels.company IS 'The company: the namespace of the manifests.';
COMMENT ON COLUMN tenant_away_channels.tenant IS 'The tenant''s name.';
COMMENT ON COLUMN tenant_away_channels.channel IS 'Chat, Phone, Email, Facebook, WhatsApp; the list will grow.';

COMMENT ON TABLE tenant_groups IS 'Groups (departments) of a tenant; the general group, which has everybody, is called general.';
COMMENT ON COLUMN tenant_groups.company IS 'The company: the namespace of the manifests.';
COMMENT ON COLUMN tenant_groups.tenant IS 'The tenant''s name.';
COMMENT ON COLUMN tenant_groups.group_name IS 'The group''s name.';
COMMENT ON COLUMN tenant_groups.display_name IS 'The name for people to read.';
COMMENT ON COLUMN tenant_groups.description IS 'What the group is for; null is not said.';
COMMENT ON COLUMN tenant_groups.all_channels IS 'The group serves every channel of the tenant.';
COMMENT ON COLUMN tenant_groups.routing_strategy IS 'Who is next: RoundRobin or LeastBusy; empty is the platform''s own choice.';
COMMENT ON COLUMN tenant_groups.max_concurrent_per_operator IS 'How many conversations of the group a person has at once; null is no cap.';
COMMENT ON COLUMN tenant_groups.stamp_installation IS 'Whose the record is: the installation of the manager; the four are null together, and then nobody''s.';
COMMENT ON COLUMN tenant_groups.stamp_namespace IS 'Whose the record is: the namespace of the object.';
COMMENT ON COLUMN tenant_groups.stamp_kind IS 'Whose the record is: the kind of the object.';
COMMENT ON COLUMN tenant_groups.stamp_name IS 'Whose the record is: the name of the object.';
COMMENT ON COLUMN tenant_groups.stamp_uid IS 'UID of the object at the last change, for people to read.';
COMMENT ON COLUMN tenant_groups.stamp_generation IS 'Generation of the object at the last change, for people to read.';
COMMENT ON COLUMN tenant_groups.stamp_epoch IS 'Epoch of the manager at the last change, for people to read.';
COMMENT ON COLUMN tenant_groups.created_at IS 'When the record was made.';
COMMENT ON COLUMN tenant_groups.updated_at IS 'When the record was last changed.';

COMMENT ON TABLE group_channels IS 'The channels a group serves, unless it serves all.';
COMMENT ON COLUMN group_channels.company IS 'The company: the namespace of the manifests.';
COMMENT ON COLUMN group_channels.tenant IS 'The tenant''s name.';
COMMENT ON COLUMN group_channels.group_name IS 'The group''s name.';
COMMENT ON COLUMN group_channels.channel IS 'Chat, Phone, Email, Facebook, WhatsApp; the list will grow.';

COMMENT ON TABLE channel_policies IS 'Channel policies as they were declared; what they come to is in grants.';
COMMENT ON COLUMN channel_policies.company IS 'The company: the namespace of the manifests.';
COMMENT ON COLUMN channel_policies.tenant IS 'The tenant''s name.';
COMMENT ON COLUMN channel_policies.policy_name IS 'The policy''s name.';
COMMENT ON COLUMN channel_policies.channels IS 'The channels it grants, as a JSON list.';
COMMENT ON COLUMN channel_policies.subjects IS 'Whom it grants them, as a JSON list.';
COMMENT ON COLUMN channel_policies.online IS 'Grants work while online.';
COMMENT ON COLUMN channel_policies.away IS 'Grants work while away.';
COMMENT ON COLUMN channel_policies.capacity IS 'How much work at once on the channel; null is no cap.';
COMMENT ON COLUMN channel_policies.stamp_installation IS 'Whose the record is: the installation of the manager; the four are null together, and then nobody''s.';
COMMENT ON COLUMN channel_policies.stamp_namespace IS 'Whose the record is: the namespace of the object.';
COMMENT ON COLUMN channel_policies.stamp_kind IS 'Whose the record is: the kind of the object.';
COMMENT ON COLUMN channel_policies.stamp_name IS 'Whose the record is: the name of the object.';
COMMENT ON COLUMN channel_policies.stamp_uid IS 'UID of the object at the last change, for people to read.';
COMMENT ON COLUMN channel_policies.stamp_generation IS 'Generation of the object at the last change, for people to read.';
COMMENT ON COLUMN channel_policies.stamp_epoch IS 'Epoch of the manager at the last change, for people to read.';
COMMENT ON COLUMN channel_policies.created_at IS 'When the record was made.';
COMMENT ON COLUMN channel_policies.updated_at IS 'When the record was last changed.';

COMMENT ON TABLE users IS 'People. Personal data: names, address, telephone number.';
COMMENT ON COLUMN users.id IS 'The person''s lasting ID: it stays when the person leaves and comes back, and is never used again.';
COMMENT ON COLUMN users.company IS 'The company: the namespace of the manifests.';
COMMENT ON COLUMN users.user_name IS 'The login, in lower case; unique in the company.';
COMMENT ON COLUMN users.given_name IS 'Given name. Personal data; null is unknown.';
COMMENT ON COLUMN users.family_name IS 'Family name. Personal data; null is unknown.';
COMMENT ON COLUMN users.public_name IS 'The name customers see. Personal data; null is unknown.';
COMMENT ON COLUMN users.title IS 'Title. Personal data; null is unknown.';
COMMENT ON COLUMN users.phone_number IS 'Telephone number. Personal data; null is unknown.';
COMMENT ON COLUMN users.email IS 'E-mail address as declared. Personal data; null is unknown.';
COMMENT ON COLUMN users.email_key IS 'The e-mail address in lower case, by which it is unique in the company. Personal data.';
COMMENT ON COLUMN users.locale IS 'Language; null is not said.';
COMMENT ON COLUMN users.time_zone IS 'Time zone; null is not said.';
COMMENT ON COLUMN users.home_tenant IS 'The tenant whose mail template and locale apply to the person; null is not said.';
COMMENT ON COLUMN users.active IS 'May log in at all.';
COMMENT ON COLUMN users.company_administrator IS 'Administers every tenant of the company.';
COMMENT ON COLUMN users.credential_mode IS 'How the person logs in: ActivationLink or IdentityProvider.';
COMMENT ON COLUMN users.identity_provider IS 'Which provider vouches for the person; null is not said.';
COMMENT ON COLUMN users.conversation_alerts IS 'How conversations are announced to the person, as a JSON list.';
COMMENT ON COLUMN users.message_alerts IS 'How messages are announced to the person, as a JSON list.';
COMMENT ON COLUMN users.purge_after IS 'When the record is removed for good; null is never.';
COMMENT ON COLUMN users.held IS 'Why a removal waits; null is that none does.';
COMMENT ON COLUMN users.stamp_installation IS 'Whose the record is: the installation of the manager; the four are null together, and then nobody''s.';
COMMENT ON COLUMN users.stamp_namespace IS 'Whose the record is: the namespace of the object.';
COMMENT ON COLUMN users.stamp_kind IS 'Whose the record is: the kind of the object.';
COMMENT ON COLUMN users.stamp_name IS 'Whose the record is: the name of the object.';
COMMENT ON COLUMN users.stamp_uid IS 'UID of the object at the last change, for people to read.';
COMMENT ON COLUMN users.stamp_generation IS 'Generation of the object at the last change, for people to read.';
COMMENT ON COLUMN users.stamp_epoch IS 'Epoch of the manager at the last change, for people to read.';
COMMENT ON COLUMN users.created_at IS 'When the record was made.';
COMMENT ON COLUMN users.updated_at IS 'When the record was last changed.';

COMMENT ON TABLE memberships IS 'Who belongs to which tenant, in which role, whether or not the tenant exists.';
COMMENT ON COLUMN memberships.user_id IS 'The person: users.id.';
COMMENT ON COLUMN memberships.company IS 'The company: the namespace of the manifests.';
COMMENT ON COLUMN memberships.tenant IS 'The tenant''s name.';
COMMENT ON COLUMN memberships.active IS 'May work in the tenant.';
COMMENT ON COLUMN memberships.role IS 'Administrator, Manager, Worker.';
COMMENT ON COLUMN memberships.others_archived_calls IS 'Switch in effect: sees archived calls of others.';
COMMENT ON COLUMN memberships.offline_messages IS 'Switch in effect: sees offline messages.';
COMMENT ON COLUMN memberships.live_visitors IS 'Switch in effect: sees live visitors.';
COMMENT ON COLUMN memberships.live_visitor_preview IS 'Switch in effect: sees what a visitor is typing.';
COMMENT ON COLUMN memberships.others_offline_messages IS 'Switch in effect: sees offline messages of others.';
COMMENT ON COLUMN memberships.after_conversation IS 'Switch in effect: a mail follows each finished conversation.';
COMMENT ON COLUMN memberships.after_call IS 'Switch in effect: a mail follows each answered call.';
COMMENT ON COLUMN memberships.given_name IS 'Given name. In this tenant; personal data; null is as in users.';
COMMENT ON COLUMN memberships.family_name IS 'Family name. In this tenant; personal data; null is as in users.';
COMMENT ON COLUMN memberships.public_name IS 'The name customers see. In this tenant; personal data; null is as in users.';
COMMENT ON COLUMN memberships.title IS 'Title. In this tenant; personal data; null is as in users.';
COMMENT ON COLUMN memberships.phone_number IS 'Telephone number. In this tenant; personal data; null is as in users.';
COMMENT ON COLUMN memberships.email IS 'E-mail address as declared. In this tenant; personal data; null is as in users.';

COMMENT ON TABLE membership_groups IS 'The groups of a membership.';
COMMENT ON COLUMN membership_groups.user_id IS 'The person: users.id.';
COMMENT ON COLUMN membership_groups.tenant IS 'The tenant''s name.';
COMMENT ON COLUMN membership_groups.group_name IS 'The group''s name.';
COMMENT ON COLUMN membership_groups.priority IS 'The rank of the group for the person: Primary, Normal or Backup.';

COMMENT ON TABLE membership_team IS 'The people whom a membership of the role Manager leads.';
COMMENT ON COLUMN membership_team.user_id IS 'The person: users.id.';
COMMENT ON COLUMN membership_team.tenant IS 'The tenant''s name.';
COMMENT ON COLUMN membership_team.member IS 'The user name of one person of the team.';

COMMENT ON TABLE membership_permissions IS 'What a membership may do beyond its role.';
COMMENT ON COLUMN membership_permissions.user_id IS 'The person: users.id.';
COMMENT ON COLUMN membership_permissions.tenant IS 'The tenant''s name.';
COMMENT ON COLUMN membership_permissions.permission IS 'The permission.';

COMMENT ON TABLE grants IS 'Which channels a person holds in which tenant, before the tenant''s own facts; effective_channels has what is in effect.';
COMMENT ON COLUMN grants.user_id IS 'The person: users.id.';
COMMENT ON COLUMN grants.company IS 'The company: the namespace of the manifests.';
COMMENT ON COLUMN grants.tenant IS 'The tenant''s name.';
COMMENT ON COLUMN grants.channel IS 'Chat, Phone, Email, Facebook, WhatsApp; the list will grow.';
COMMENT ON COLUMN grants.online IS 'May be routed while the person is online.';
COMMENT ON COLUMN grants.away IS 'May be routed while the person is away, where the tenant routes the channel so.';
COMMENT ON COLUMN grants.capacity IS 'How much work at once on the channel; null is no cap.';
COMMENT ON COLUMN grants.causes IS 'Every cause of the grant, as a JSON list.';

COMMENT ON TABLE writer_epochs IS 'Which manager of an installation may write: the one that knows the latest epoch.';
COMMENT ON COLUMN writer_epochs.installation IS 'The installation.';
COMMENT ON COLUMN writer_epochs.epoch IS 'The latest epoch; the first is 1.';

COMMENT ON VIEW effective_channels IS 'Who may serve which channel of which tenant now: live people in live tenants. Views are the contract for readers.';
COMMENT ON COLUMN effective_channels.company IS 'The company: the namespace of the manifests.';
COMMENT ON COLUMN effective_channels.tenant IS 'The tenant''s name.';
COMMENT ON COLUMN effective_channels.user_id IS 'The person: users.id.';
COMMENT ON COLUMN effective_channels.user_name IS 'The login, in lower case; unique in the company.';
COMMENT ON COLUMN effective_channels.channel IS 'Chat, Phone, Email, Facebook, WhatsApp; the list will grow.';
COMMENT ON COLUMN effective_channels.online IS 'May be routed while the person is online.';
COMMENT ON COLUMN effective_channels.away IS 'May be routed while the person is away: the grant and the tenant both say so.';
COMMENT ON COLUMN effective_channels.capacity IS 'How much work at once on the channel; null is no cap.';
COMMENT ON COLUMN effective_channels.causes IS 'Every cause of the grant, as a JSON list.';
COMMENT ON COLUMN effective_channels.state IS 'Active, or Invited while the person cannot log in yet.';

COMMENT ON TABLE schema_version IS 'The migrations that were applied.';
COMMENT ON COLUMN schema_version.id IS 'Serial number.';
COMMENT ON COLUMN schema_version.version_id IS 'The number of the migration.';
COMMENT ON COLUMN schema_version.is_applied IS 'Always true.';
COMMENT ON COLUMN schema_version.tstamp IS 'When it was applied.';

-- The schema may belong to somebody else, who then comments on it.
-- +goose StatementBegin
DO $$
BEGIN
    EXECUTE format('COMMENT ON SCHEMA %I IS %L', current_schema(), 'Roster: the identity store of a contact centre. Kept by the manager; read the views.');
EXCEPTION WHEN insufficient_privilege THEN
    NULL;
END $$;
-- +goose StatementEnd

-- The role for readers belongs to the server, so it may be there; and the manager's user may not be let make it.
-- +goose StatementBegin
DO $$
BEGIN
    CREATE ROLE roster_reader NOLOGIN;
EXCEPTION WHEN duplicate_object OR unique_violation OR insufficient_privilege THEN
    NULL;
END $$;
-- +goose StatementEnd

-- +goose StatementBegin
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'roster_reader') THEN
        RETURN;
    END IF;
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO roster_reader', current_schema());
    EXECUTE format('ALTER DEFAULT PRIVILEGES IN SCHEMA %I GRANT SELECT ON TABLES TO roster_reader', current_schema());
    GRANT SELECT ON effective_channels, schema_version,
        store_identity, tenants, tenant_channels, tenant_away_channels, tenant_groups, group_channels, channel_policies,
        users, memberships, membership_groups, membership_team, membership_permissions, grants, writer_epochs
        TO roster_reader;
END $$;
-- +goose StatementEnd

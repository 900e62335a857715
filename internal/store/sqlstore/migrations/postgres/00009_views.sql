-- Copyright The Roster Authors.
-- SPDX-License-Identifier: Apache-2.0

-- What PostgreSQL has beside the views: comments, who may read them, and what it has to know of states to plan well.

-- +goose Up

COMMENT ON VIEW effective_access IS 'Whose conversations who may read in which tenant now: live people in live tenants, company administrators in all.';
COMMENT ON COLUMN effective_access.company IS 'The company: the namespace of the manifests.';
COMMENT ON COLUMN effective_access.tenant IS 'The tenant''s name.';
COMMENT ON COLUMN effective_access.user_id IS 'The person: users.id.';
COMMENT ON COLUMN effective_access.user_name IS 'The login, in lower case; unique in the company.';
COMMENT ON COLUMN effective_access.role IS 'The role in effect: Administrator, Manager, Worker; a company administrator''s is Administrator.';
COMMENT ON COLUMN effective_access.sees_all IS 'Every conversation of the tenant is open, whatever the rest says.';
COMMENT ON COLUMN effective_access.sees_every_group IS 'Conversations of every group are in the scope: the tenant has no groups, or lets people in no group see all.';
COMMENT ON COLUMN effective_access.sees_sessions IS 'All chats and calls are in the scope.';
COMMENT ON COLUMN effective_access.sees_emails IS 'All e-mails are in the scope.';
COMMENT ON COLUMN effective_access.others_messages IS 'What others took on is in the scope; else only what nobody did, one''s own, and the team''s.';
COMMENT ON COLUMN effective_access.archived_calls IS 'Archived calls that others took on are open, within the scope.';
COMMENT ON COLUMN effective_access.offline_messages IS 'Offline messages that nobody took on are open, within the scope.';
COMMENT ON COLUMN effective_access.others_offline_messages IS 'Offline messages that others took on are open, within the scope.';
COMMENT ON COLUMN effective_access.capability_set IS 'The set of capabilities; who has the same set may do the same. Null is nothing.';
COMMENT ON COLUMN effective_access.state IS 'Active, or Invited while the person cannot log in yet.';

COMMENT ON VIEW effective_capabilities IS 'Who may do what in which tenant now: live people in live tenants, company administrators in all.';
COMMENT ON COLUMN effective_capabilities.company IS 'The company: the namespace of the manifests.';
COMMENT ON COLUMN effective_capabilities.tenant IS 'The tenant''s name.';
COMMENT ON COLUMN effective_capabilities.user_id IS 'The person: users.id.';
COMMENT ON COLUMN effective_capabilities.user_name IS 'The login, in lower case; unique in the company.';
COMMENT ON COLUMN effective_capabilities.capability IS 'What the person may do, such as conversation.read; the list will grow.';
COMMENT ON COLUMN effective_capabilities.reach IS 'How far: Self, Channels, Team, Scope, Administered or Tenant.';
COMMENT ON COLUMN effective_capabilities.causes IS 'Every cause of it, as a JSON list.';
COMMENT ON COLUMN effective_capabilities.state IS 'Active, or Invited while the person cannot log in yet.';

COMMENT ON VIEW effective_groups IS 'Who is in which group that is there: live people in live tenants. Everybody is in the general group, which is not listed.';
COMMENT ON COLUMN effective_groups.company IS 'The company: the namespace of the manifests.';
COMMENT ON COLUMN effective_groups.tenant IS 'The tenant''s name.';
COMMENT ON COLUMN effective_groups.user_id IS 'The person: users.id.';
COMMENT ON COLUMN effective_groups.user_name IS 'The login, in lower case; unique in the company.';
COMMENT ON COLUMN effective_groups.group_name IS 'The group''s name.';
COMMENT ON COLUMN effective_groups.priority IS 'The rank of the group for the person: Primary, Normal or Backup.';
COMMENT ON COLUMN effective_groups.all_channels IS 'The group serves every channel of the tenant; else those in group_channels.';
COMMENT ON COLUMN effective_groups.max_concurrent_per_operator IS 'How many conversations of the group a person has at once; null is no cap.';

COMMENT ON VIEW effective_teams IS 'Whom a Manager leads: live Managers in live tenants, and the people of their teams, deactivated ones included.';
COMMENT ON COLUMN effective_teams.company IS 'The company: the namespace of the manifests.';
COMMENT ON COLUMN effective_teams.tenant IS 'The tenant''s name.';
COMMENT ON COLUMN effective_teams.user_id IS 'The Manager: users.id.';
COMMENT ON COLUMN effective_teams.user_name IS 'The Manager''s login, in lower case; unique in the company.';
COMMENT ON COLUMN effective_teams.member_id IS 'A person of the team: users.id.';
COMMENT ON COLUMN effective_teams.member IS 'That person''s login.';

COMMENT ON VIEW effective_routes IS 'To whom work of which channel and group goes, with presence; the load is the platform''s to compare with the capacity.';
COMMENT ON COLUMN effective_routes.company IS 'The company: the namespace of the manifests.';
COMMENT ON COLUMN effective_routes.tenant IS 'The tenant''s name.';
COMMENT ON COLUMN effective_routes.user_id IS 'The person: users.id.';
COMMENT ON COLUMN effective_routes.user_name IS 'The login, in lower case; unique in the company.';
COMMENT ON COLUMN effective_routes.channel IS 'Chat, Phone, Email, Facebook, WhatsApp; the list will grow.';
COMMENT ON COLUMN effective_routes.group_name IS 'The group; everybody serves the general one, called general.';
COMMENT ON COLUMN effective_routes.priority IS 'The rank of the group for the person: Primary, Normal or Backup; null in the general group.';
COMMENT ON COLUMN effective_routes.capacity IS 'How much work of the channel at once, the group''s cap included; null is no cap.';
COMMENT ON COLUMN effective_routes.state IS 'Active, or Invited while the person cannot log in yet.';
COMMENT ON COLUMN effective_routes.presence IS 'Where the person is: Online, Away or Offline.';
COMMENT ON COLUMN effective_routes.routable IS 'Work may go there now, but for the load: the person can log in, is in a state the channel is routed in, and has it switched on.';

-- Readers ask for people who are Active, which most are: PostgreSQL would guess one in two hundred.
CREATE STATISTICS users_state ON (CASE
        WHEN NOT active THEN 'Deactivated'
        WHEN credential_mode = 'IdentityProvider' THEN 'Active'
        ELSE 'Invited'
    END) FROM users;
COMMENT ON STATISTICS users_state IS 'How many people are in which state, as the views tell it.';

-- +goose StatementBegin
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'roster_reader') THEN
        GRANT SELECT ON effective_access, effective_capabilities, effective_groups, effective_teams, effective_routes TO roster_reader;
    END IF;
END $$;
-- +goose StatementEnd

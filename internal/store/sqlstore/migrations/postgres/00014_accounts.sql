-- Copyright The Roster Authors.
-- SPDX-License-Identifier: Apache-2.0

-- What PostgreSQL has beside the tables of accounts: the order of text, comments, who may read what, and what it has to know of states to
-- plan well.

-- +goose Up

-- A view keeps the types of its columns as they were, so it is made anew.
DROP VIEW logins;

ALTER TABLE accounts
    ALTER COLUMN user_id TYPE TEXT COLLATE "C",
    ALTER COLUMN password_hash TYPE TEXT COLLATE "C",
    ALTER COLUMN password_source TYPE TEXT COLLATE "C",
    ALTER COLUMN secret_version TYPE TEXT COLLATE "C",
    ALTER COLUMN reset_request TYPE TEXT COLLATE "C",
    ALTER COLUMN resend_request TYPE TEXT COLLATE "C";
ALTER TABLE links
    ALTER COLUMN token_hash TYPE TEXT COLLATE "C",
    ALTER COLUMN user_id TYPE TEXT COLLATE "C",
    ALTER COLUMN nonce TYPE TEXT COLLATE "C",
    ALTER COLUMN purpose TYPE TEXT COLLATE "C",
    ALTER COLUMN email TYPE TEXT COLLATE "C",
    ALTER COLUMN message_id TYPE TEXT COLLATE "C",
    ALTER COLUMN ended TYPE TEXT COLLATE "C",
    ALTER COLUMN failure TYPE TEXT COLLATE "C";
ALTER TABLE self_profiles
    ALTER COLUMN user_id TYPE TEXT COLLATE "C";

CREATE VIEW logins AS
SELECT u.company, u.user_name, u.id AS user_id, a.password_hash, a.must_change
FROM users u
JOIN accounts a ON a.user_id = u.id
WHERE u.active AND u.has_password AND u.credential_mode <> 'IdentityProvider' AND a.password_hash IS NOT NULL;

COMMENT ON COLUMN users.has_password IS 'The person set a password, or was given one.';

COMMENT ON TABLE accounts IS 'What people log in by. Nothing here is for readers: the view logins is, for programs that check passwords themselves.';
COMMENT ON COLUMN accounts.user_id IS 'The person: users.id.';
COMMENT ON COLUMN accounts.password_hash IS 'The hash of the password as argon2id in the PHC string format; null is that there is none.';
COMMENT ON COLUMN accounts.password_source IS 'Who gave it: Person or Secret; null where there is none.';
COMMENT ON COLUMN accounts.must_change IS 'The person is to give another one at the next login.';
COMMENT ON COLUMN accounts.password_set_at IS 'When it was given.';
COMMENT ON COLUMN accounts.secret_version IS 'The version of the Secret that was given last.';
COMMENT ON COLUMN accounts.reset_request IS 'The last request of the manifest to void the password, which was carried out.';
COMMENT ON COLUMN accounts.resend_request IS 'The last request of the manifest to send a link anew.';
COMMENT ON COLUMN accounts.changed_at IS 'When any of this, or a link, last changed.';

COMMENT ON TABLE links IS 'The links by which people set a password, the latest few of each.';
COMMENT ON COLUMN links.token_hash IS 'SHA-256 of the links token, in hexadecimal. The token is kept nowhere.';
COMMENT ON COLUMN links.user_id IS 'The person: accounts.user_id.';
COMMENT ON COLUMN links.nonce IS 'What the token is made of, with a key that only the manager has.';
COMMENT ON COLUMN links.purpose IS 'Activation or Reset.';
COMMENT ON COLUMN links.email IS 'The address it is sent to.';
COMMENT ON COLUMN links.message_id IS 'The Message-ID of the mail, without brackets; a mail that is sent again has the same.';
COMMENT ON COLUMN links.valid_seconds IS 'How long it lives from when it is sent, in seconds.';
COMMENT ON COLUMN links.issued_at IS 'When it was made.';
COMMENT ON COLUMN links.sent_at IS 'When a mail server took it; null is not yet.';
COMMENT ON COLUMN links.expires_at IS 'When it ceases to work; null is that it was not sent yet.';
COMMENT ON COLUMN links.ended_at IS 'When it was used or voided.';
COMMENT ON COLUMN links.ended IS 'Used or Void; null is neither.';
COMMENT ON COLUMN links.attempts IS 'How often sending it was tried.';
COMMENT ON COLUMN links.next_try_at IS 'When it is to be sent next; null is never.';
COMMENT ON COLUMN links.failure IS 'Why the last try came to nothing, in one word.';
COMMENT ON COLUMN links.position IS '0 is the latest of the person, 1 the one before it.';

COMMENT ON TABLE self_profiles IS 'What people set of themselves.';
COMMENT ON COLUMN self_profiles.user_id IS 'The person: users.id.';
COMMENT ON COLUMN self_profiles.avatar IS 'The picture, a JPEG of 256 by 256 pixels.';
COMMENT ON COLUMN self_profiles.updated_at IS 'When it was set.';

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

COMMENT ON VIEW logins IS 'Who may log in by a password now, for programs that check it themselves.';
COMMENT ON COLUMN logins.company IS 'The company: the namespace of the manifests.';
COMMENT ON COLUMN logins.user_name IS 'The login, in lower case; unique in the company.';
COMMENT ON COLUMN logins.user_id IS 'The person: users.id.';
COMMENT ON COLUMN logins.password_hash IS 'The hash of the password as argon2id in the PHC string format.';
COMMENT ON COLUMN logins.must_change IS 'The person is to give another one at the next login.';

DROP STATISTICS users_state;
CREATE STATISTICS users_state ON (CASE
        WHEN NOT active THEN 'Deactivated'
        WHEN has_password OR credential_mode = 'IdentityProvider' THEN 'Active'
        ELSE 'Invited'
    END) FROM users;
COMMENT ON STATISTICS users_state IS 'How many people are in which state, as the views tell it.';

-- What is said beside people of their passwords is no part of a record: a sweep mends it.
CREATE TRIGGER users_has_password_changed AFTER UPDATE OF has_password ON users FOR EACH STATEMENT
    WHEN (current_setting('roster.writer', TRUE) IS DISTINCT FROM 'on') EXECUTE FUNCTION roster_emptied();
COMMENT ON TRIGGER users_has_password_changed ON users IS 'Tells the manager what other programs change.';

-- Roles belong to the server: one may be there, and the manager's user may not be let make it.
-- +goose StatementBegin
DO $$
BEGIN
    CREATE ROLE roster_authenticator NOLOGIN;
EXCEPTION WHEN duplicate_object OR unique_violation OR insufficient_privilege THEN
    NULL;
END $$;
-- +goose StatementEnd

-- Readers read every table that is made, but for these: whoever reads a hash can try passwords as fast as he likes.
-- +goose StatementBegin
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'roster_reader') THEN
        REVOKE ALL ON accounts, links, logins FROM roster_reader;
        GRANT SELECT ON self_profiles, effective_channels, effective_access, effective_capabilities, effective_groups, effective_teams,
            effective_routes TO roster_reader;
    END IF;
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'roster_authenticator') THEN
        EXECUTE format('GRANT USAGE ON SCHEMA %I TO roster_authenticator', current_schema());
        GRANT SELECT ON logins TO roster_authenticator;
    END IF;
END $$;
-- +goose StatementEnd

SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;
COMMENT ON SCHEMA public IS 'Roster: the identity store of a contact centre. Kept by the manager; read the views.';
CREATE FUNCTION public.presence_channels_accept() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'public', 'pg_temp'
    AS $$
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
COMMENT ON FUNCTION public.presence_channels_accept() IS 'Channels are switched while the person is Online or Away only.';
CREATE FUNCTION public.roster_changed() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
    side JSONB;
    told TEXT;
BEGIN
    FOR side IN
        SELECT r FROM (VALUES (CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) END), (CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) END)) AS sides (r)
        WHERE r IS NOT NULL
    LOOP
        IF TG_NARGS = 0 THEN
            SELECT json_build_object('schema', TG_TABLE_SCHEMA, 'kind', 'Person', 'company', u.company, 'name', u.user_name)::TEXT INTO told
            FROM users u WHERE u.id = side->>'user_id';
        ELSE
            told := json_build_object('schema', TG_TABLE_SCHEMA, 'kind', TG_ARGV[0], 'company', side->>'company', 'tenant', side->>'tenant',
                'name', side->>TG_ARGV[1])::TEXT;
        END IF;
        IF octet_length(told) > 7000 THEN
            told := json_build_object('schema', TG_TABLE_SCHEMA)::TEXT;
        END IF;
        -- Where the person is gone, the row of users tells.
        IF told IS NOT NULL THEN
            PERFORM pg_notify('roster_changes', told);
        END IF;
    END LOOP;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION public.roster_changed() IS 'Tells the manager, on the channel roster_changes, the key of a record that another program changed.';
CREATE FUNCTION public.roster_emptied() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    PERFORM pg_notify('roster_changes', json_build_object('schema', TG_TABLE_SCHEMA)::TEXT);
    RETURN NULL;
END $$;
COMMENT ON FUNCTION public.roster_emptied() IS 'Tells the manager, on the channel roster_changes, that any record may have changed.';
SET default_tablespace = '';
SET default_table_access_method = heap;
CREATE TABLE public.access (
    user_id text NOT NULL COLLATE pg_catalog."C",
    company text NOT NULL COLLATE pg_catalog."C",
    tenant text NOT NULL COLLATE pg_catalog."C",
    role text NOT NULL COLLATE pg_catalog."C",
    sees_all boolean NOT NULL,
    unassigned boolean NOT NULL,
    sessions boolean NOT NULL,
    emails boolean NOT NULL,
    archived_calls boolean NOT NULL,
    offline_messages boolean NOT NULL,
    others_offline_messages boolean NOT NULL,
    capability_set text COLLATE pg_catalog."C"
);
COMMENT ON TABLE public.access IS 'What a person may do in a tenant, before the tenant''s own facts; effective_access has what is in effect.';
COMMENT ON COLUMN public.access.user_id IS 'The person: users.id.';
COMMENT ON COLUMN public.access.company IS 'The company: the namespace of the manifests.';
COMMENT ON COLUMN public.access.tenant IS 'The tenant''s name; empty is every tenant of the company in which the person has no membership, which company administrators have.';
COMMENT ON COLUMN public.access.role IS 'The role in effect: Administrator, Manager, Worker.';
COMMENT ON COLUMN public.access.sees_all IS 'Every conversation of the tenant is in the person''s scope.';
COMMENT ON COLUMN public.access.unassigned IS 'The person names no group.';
COMMENT ON COLUMN public.access.sessions IS 'All chats and calls are in the person''s scope.';
COMMENT ON COLUMN public.access.emails IS 'All e-mails are in the person''s scope.';
COMMENT ON COLUMN public.access.archived_calls IS 'Archived calls of others are open, within the scope.';
COMMENT ON COLUMN public.access.offline_messages IS 'Offline messages that nobody took on are open, within the scope.';
COMMENT ON COLUMN public.access.others_offline_messages IS 'Offline messages that others took on are open, within the scope.';
COMMENT ON COLUMN public.access.capability_set IS 'What the person may do: a set of capabilities; null is nothing.';
CREATE TABLE public.capabilities (
    capability_set text NOT NULL COLLATE pg_catalog."C",
    capability text NOT NULL COLLATE pg_catalog."C",
    reach text NOT NULL COLLATE pg_catalog."C",
    causes jsonb,
    CONSTRAINT capabilities_key_check CHECK ((capability <> ''::text))
);
COMMENT ON TABLE public.capabilities IS 'The capabilities of each set.';
COMMENT ON COLUMN public.capabilities.capability_set IS 'The set.';
COMMENT ON COLUMN public.capabilities.capability IS 'What whoever has the set may do, such as conversation.read; the list will grow.';
COMMENT ON COLUMN public.capabilities.reach IS 'How far: Self, Channels, Team, Scope, Administered or Tenant.';
COMMENT ON COLUMN public.capabilities.causes IS 'Every cause of it, as a JSON list.';
CREATE TABLE public.capability_sets (
    capability_set text NOT NULL COLLATE pg_catalog."C"
);
COMMENT ON TABLE public.capability_sets IS 'Sets of capabilities, each kept once for all who have it; never changed or removed.';
COMMENT ON COLUMN public.capability_sets.capability_set IS 'The set''s name, which follows from what it holds.';
CREATE TABLE public.channel_policies (
    company text NOT NULL COLLATE pg_catalog."C",
    tenant text NOT NULL COLLATE pg_catalog."C",
    policy_name text NOT NULL COLLATE pg_catalog."C",
    channels jsonb,
    subjects jsonb,
    online boolean NOT NULL,
    away boolean NOT NULL,
    capacity bigint,
    stamp_installation text COLLATE pg_catalog."C",
    stamp_namespace text COLLATE pg_catalog."C",
    stamp_kind text COLLATE pg_catalog."C",
    stamp_name text COLLATE pg_catalog."C",
    stamp_uid text COLLATE pg_catalog."C",
    stamp_generation bigint,
    stamp_epoch bigint,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    CONSTRAINT channel_policies_key_check CHECK (((company <> ''::text) AND (tenant <> ''::text) AND (policy_name <> ''::text))),
    CONSTRAINT channel_policies_stamp_check CHECK ((((stamp_installation IS NULL) = (stamp_namespace IS NULL)) AND ((stamp_installation IS NULL) = (stamp_kind IS NULL)) AND ((stamp_installation IS NULL) = (stamp_name IS NULL))))
);
COMMENT ON TABLE public.channel_policies IS 'Channel policies as they were declared; what they come to is in grants.';
COMMENT ON COLUMN public.channel_policies.company IS 'The company: the namespace of the manifests.';
COMMENT ON COLUMN public.channel_policies.tenant IS 'The tenant''s name.';
COMMENT ON COLUMN public.channel_policies.policy_name IS 'The policy''s name.';
COMMENT ON COLUMN public.channel_policies.channels IS 'The channels it grants, as a JSON list.';
COMMENT ON COLUMN public.channel_policies.subjects IS 'Whom it grants them, as a JSON list.';
COMMENT ON COLUMN public.channel_policies.online IS 'Grants work while online.';
COMMENT ON COLUMN public.channel_policies.away IS 'Grants work while away.';
COMMENT ON COLUMN public.channel_policies.capacity IS 'How much work at once on the channel; null is no cap.';
COMMENT ON COLUMN public.channel_policies.stamp_installation IS 'Whose the record is: the installation of the manager; the four are null together, and then nobody''s.';
COMMENT ON COLUMN public.channel_policies.stamp_namespace IS 'Whose the record is: the namespace of the object.';
COMMENT ON COLUMN public.channel_policies.stamp_kind IS 'Whose the record is: the kind of the object.';
COMMENT ON COLUMN public.channel_policies.stamp_name IS 'Whose the record is: the name of the object.';
COMMENT ON COLUMN public.channel_policies.stamp_uid IS 'UID of the object at the last change, for people to read.';
COMMENT ON COLUMN public.channel_policies.stamp_generation IS 'Generation of the object at the last change, for people to read.';
COMMENT ON COLUMN public.channel_policies.stamp_epoch IS 'Epoch of the manager at the last change, for people to read.';
COMMENT ON COLUMN public.channel_policies.created_at IS 'When the record was made.';
COMMENT ON COLUMN public.channel_policies.updated_at IS 'When the record was last changed.';
CREATE TABLE public.memberships (
    user_id text NOT NULL COLLATE pg_catalog."C",
    company text NOT NULL COLLATE pg_catalog."C",
    tenant text NOT NULL COLLATE pg_catalog."C",
    active boolean NOT NULL,
    role text NOT NULL COLLATE pg_catalog."C",
    others_archived_calls boolean NOT NULL,
    offline_messages boolean NOT NULL,
    live_visitors boolean NOT NULL,
    live_visitor_preview boolean NOT NULL,
    others_offline_messages boolean NOT NULL,
    after_conversation boolean NOT NULL,
    after_call boolean NOT NULL,
    given_name text COLLATE pg_catalog."C",
    family_name text COLLATE pg_catalog."C",
    public_name text COLLATE pg_catalog."C",
    title text COLLATE pg_catalog."C",
    phone_number text COLLATE pg_catalog."C",
    email text COLLATE pg_catalog."C",
    CONSTRAINT memberships_key_check CHECK ((tenant <> ''::text))
);
COMMENT ON TABLE public.memberships IS 'Who belongs to which tenant, in which role, whether or not the tenant exists.';
COMMENT ON COLUMN public.memberships.user_id IS 'The person: users.id.';
COMMENT ON COLUMN public.memberships.company IS 'The company: the namespace of the manifests.';
COMMENT ON COLUMN public.memberships.tenant IS 'The tenant''s name.';
COMMENT ON COLUMN public.memberships.active IS 'May work in the tenant.';
COMMENT ON COLUMN public.memberships.role IS 'Administrator, Manager, Worker.';
COMMENT ON COLUMN public.memberships.others_archived_calls IS 'Switch in effect: sees archived calls of others.';
COMMENT ON COLUMN public.memberships.offline_messages IS 'Switch in effect: sees offline messages.';
COMMENT ON COLUMN public.memberships.live_visitors IS 'Switch in effect: sees live visitors.';
COMMENT ON COLUMN public.memberships.live_visitor_preview IS 'Switch in effect: sees what a visitor is typing.';
COMMENT ON COLUMN public.memberships.others_offline_messages IS 'Switch in effect: sees offline messages of others.';
COMMENT ON COLUMN public.memberships.after_conversation IS 'Switch in effect: a mail follows each finished conversation.';
COMMENT ON COLUMN public.memberships.after_call IS 'Switch in effect: a mail follows each answered call.';
COMMENT ON COLUMN public.memberships.given_name IS 'Given name. In this tenant; personal data; null is as in users.';
COMMENT ON COLUMN public.memberships.family_name IS 'Family name. In this tenant; personal data; null is as in users.';
COMMENT ON COLUMN public.memberships.public_name IS 'The name customers see. In this tenant; personal data; null is as in users.';
COMMENT ON COLUMN public.memberships.title IS 'Title. In this tenant; personal data; null is as in users.';
COMMENT ON COLUMN public.memberships.phone_number IS 'Telephone number. In this tenant; personal data; null is as in users.';
COMMENT ON COLUMN public.memberships.email IS 'E-mail address as declared. In this tenant; personal data; null is as in users.';
CREATE TABLE public.tenants (
    company text NOT NULL COLLATE pg_catalog."C",
    tenant text NOT NULL COLLATE pg_catalog."C",
    display_name text NOT NULL COLLATE pg_catalog."C",
    others_messages text NOT NULL COLLATE pg_catalog."C",
    unassigned_scope text NOT NULL COLLATE pg_catalog."C",
    settings jsonb NOT NULL,
    retired boolean NOT NULL,
    purge_after timestamp with time zone,
    held text COLLATE pg_catalog."C",
    stamp_installation text COLLATE pg_catalog."C",
    stamp_namespace text COLLATE pg_catalog."C",
    stamp_kind text COLLATE pg_catalog."C",
    stamp_name text COLLATE pg_catalog."C",
    stamp_uid text COLLATE pg_catalog."C",
    stamp_generation bigint,
    stamp_epoch bigint,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    has_groups boolean DEFAULT false NOT NULL,
    CONSTRAINT tenants_key_check CHECK (((company <> ''::text) AND (tenant <> ''::text))),
    CONSTRAINT tenants_stamp_check CHECK ((((stamp_installation IS NULL) = (stamp_namespace IS NULL)) AND ((stamp_installation IS NULL) = (stamp_kind IS NULL)) AND ((stamp_installation IS NULL) = (stamp_name IS NULL))))
);
COMMENT ON TABLE public.tenants IS 'Tenants (brands, sites or clients of a company), with the settings a platform reads.';
COMMENT ON COLUMN public.tenants.company IS 'The company: the namespace of the manifests.';
COMMENT ON COLUMN public.tenants.tenant IS 'The tenant''s name.';
COMMENT ON COLUMN public.tenants.display_name IS 'The name for people to read.';
COMMENT ON COLUMN public.tenants.others_messages IS 'Whether people may read the messages of others: Allowed or Denied.';
COMMENT ON COLUMN public.tenants.unassigned_scope IS 'What a person in no group sees while the tenant has groups: General or All.';
COMMENT ON COLUMN public.tenants.settings IS 'The settings a platform reads, as declared.';
COMMENT ON COLUMN public.tenants.retired IS 'The manifest is gone: nobody has access in the tenant.';
COMMENT ON COLUMN public.tenants.purge_after IS 'When the record is removed for good; null is never.';
COMMENT ON COLUMN public.tenants.held IS 'Why a removal waits; null is that none does.';
COMMENT ON COLUMN public.tenants.stamp_installation IS 'Whose the record is: the installation of the manager; the four are null together, and then nobody''s.';
COMMENT ON COLUMN public.tenants.stamp_namespace IS 'Whose the record is: the namespace of the object.';
COMMENT ON COLUMN public.tenants.stamp_kind IS 'Whose the record is: the kind of the object.';
COMMENT ON COLUMN public.tenants.stamp_name IS 'Whose the record is: the name of the object.';
COMMENT ON COLUMN public.tenants.stamp_uid IS 'UID of the object at the last change, for people to read.';
COMMENT ON COLUMN public.tenants.stamp_generation IS 'Generation of the object at the last change, for people to read.';
COMMENT ON COLUMN public.tenants.stamp_epoch IS 'Epoch of the manager at the last change, for people to read.';
COMMENT ON COLUMN public.tenants.created_at IS 'When the record was made.';
COMMENT ON COLUMN public.tenants.updated_at IS 'When the record was last changed.';
COMMENT ON COLUMN public.tenants.has_groups IS 'Whether there are groups but the general one, or people who name one: then a view is by group.';
CREATE TABLE public.users (
    id text NOT NULL COLLATE pg_catalog."C",
    company text NOT NULL COLLATE pg_catalog."C",
    user_name text NOT NULL COLLATE pg_catalog."C",
    given_name text COLLATE pg_catalog."C",
    family_name text COLLATE pg_catalog."C",
    public_name text COLLATE pg_catalog."C",
    title text COLLATE pg_catalog."C",
    phone_number text COLLATE pg_catalog."C",
    email text COLLATE pg_catalog."C",
    email_key text COLLATE pg_catalog."C",
    locale text COLLATE pg_catalog."C",
    time_zone text COLLATE pg_catalog."C",
    home_tenant text COLLATE pg_catalog."C",
    active boolean NOT NULL,
    company_administrator boolean NOT NULL,
    credential_mode text NOT NULL COLLATE pg_catalog."C",
    identity_provider text COLLATE pg_catalog."C",
    conversation_alerts jsonb,
    message_alerts jsonb,
    purge_after timestamp with time zone,
    held text COLLATE pg_catalog."C",
    stamp_installation text COLLATE pg_catalog."C",
    stamp_namespace text COLLATE pg_catalog."C",
    stamp_kind text COLLATE pg_catalog."C",
    stamp_name text COLLATE pg_catalog."C",
    stamp_uid text COLLATE pg_catalog."C",
    stamp_generation bigint,
    stamp_epoch bigint,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    CONSTRAINT users_key_check CHECK (((id <> ''::text) AND (company <> ''::text) AND (user_name <> ''::text))),
    CONSTRAINT users_stamp_check CHECK ((((stamp_installation IS NULL) = (stamp_namespace IS NULL)) AND ((stamp_installation IS NULL) = (stamp_kind IS NULL)) AND ((stamp_installation IS NULL) = (stamp_name IS NULL))))
);
COMMENT ON TABLE public.users IS 'People. Personal data: names, address, telephone number.';
COMMENT ON COLUMN public.users.id IS 'The person''s lasting ID: it stays when the person leaves and comes back, and is never used again.';
COMMENT ON COLUMN public.users.company IS 'The company: the namespace of the manifests.';
COMMENT ON COLUMN public.users.user_name IS 'The login, in lower case; unique in the company.';
COMMENT ON COLUMN public.users.given_name IS 'Given name. Personal data; null is unknown.';
COMMENT ON COLUMN public.users.family_name IS 'Family name. Personal data; null is unknown.';
COMMENT ON COLUMN public.users.public_name IS 'The name customers see. Personal data; null is unknown.';
COMMENT ON COLUMN public.users.title IS 'Title. Personal data; null is unknown.';
COMMENT ON COLUMN public.users.phone_number IS 'Telephone number. Personal data; null is unknown.';
COMMENT ON COLUMN public.users.email IS 'E-mail address as declared. Personal data; null is unknown.';
COMMENT ON COLUMN public.users.email_key IS 'The e-mail address in lower case, by which it is unique in the company. Personal data.';
COMMENT ON COLUMN public.users.locale IS 'Language; null is not said.';
COMMENT ON COLUMN public.users.time_zone IS 'Time zone; null is not said.';
COMMENT ON COLUMN public.users.home_tenant IS 'The tenant whose mail template and locale apply to the person; null is not said.';
COMMENT ON COLUMN public.users.active IS 'May log in at all.';
COMMENT ON COLUMN public.users.company_administrator IS 'Administers every tenant of the company.';
COMMENT ON COLUMN public.users.credential_mode IS 'How the person logs in: ActivationLink or IdentityProvider.';
COMMENT ON COLUMN public.users.identity_provider IS 'Which provider vouches for the person; null is not said.';
COMMENT ON COLUMN public.users.conversation_alerts IS 'How conversations are announced to the person, as a JSON list.';
COMMENT ON COLUMN public.users.message_alerts IS 'How messages are announced to the person, as a JSON list.';
COMMENT ON COLUMN public.users.purge_after IS 'When the record is removed for good; null is never.';
COMMENT ON COLUMN public.users.held IS 'Why a removal waits; null is that none does.';
COMMENT ON COLUMN public.users.stamp_installation IS 'Whose the record is: the installation of the manager; the four are null together, and then nobody''s.';
COMMENT ON COLUMN public.users.stamp_namespace IS 'Whose the record is: the namespace of the object.';
COMMENT ON COLUMN public.users.stamp_kind IS 'Whose the record is: the kind of the object.';
COMMENT ON COLUMN public.users.stamp_name IS 'Whose the record is: the name of the object.';
COMMENT ON COLUMN public.users.stamp_uid IS 'UID of the object at the last change, for people to read.';
COMMENT ON COLUMN public.users.stamp_generation IS 'Generation of the object at the last change, for people to read.';
COMMENT ON COLUMN public.users.stamp_epoch IS 'Epoch of the manager at the last change, for people to read.';
COMMENT ON COLUMN public.users.created_at IS 'When the record was made.';
COMMENT ON COLUMN public.users.updated_at IS 'When the record was last changed.';
CREATE VIEW public.effective_access AS
 SELECT a.company,
    a.tenant,
    a.user_id,
    u.user_name,
    a.role,
    a.sees_all,
    (a.sees_all OR (NOT t.has_groups) OR (a.unassigned AND (t.unassigned_scope = 'All'::text))) AS sees_every_group,
    (a.sees_all OR a.sessions) AS sees_sessions,
    (a.sees_all OR a.emails) AS sees_emails,
    (a.sees_all OR (t.others_messages <> 'Denied'::text)) AS others_messages,
    a.archived_calls,
    a.offline_messages,
    a.others_offline_messages,
    a.capability_set,
        CASE
            WHEN (NOT u.active) THEN 'Deactivated'::text
            WHEN (u.credential_mode = 'IdentityProvider'::text) THEN 'Active'::text
            ELSE 'Invited'::text
        END AS state
   FROM (((public.access a
     JOIN public.users u ON (((u.company = a.company) AND (u.id = a.user_id))))
     JOIN public.memberships m ON (((m.company = a.company) AND (m.user_id = a.user_id) AND (m.tenant = a.tenant))))
     JOIN public.tenants t ON (((t.company = a.company) AND (t.tenant = a.tenant))))
  WHERE (u.active AND m.active AND (NOT t.retired))
UNION ALL
 SELECT a.company,
    t.tenant,
    a.user_id,
    u.user_name,
    a.role,
    a.sees_all,
    (a.sees_all OR (NOT t.has_groups) OR (a.unassigned AND (t.unassigned_scope = 'All'::text))) AS sees_every_group,
    (a.sees_all OR a.sessions) AS sees_sessions,
    (a.sees_all OR a.emails) AS sees_emails,
    (a.sees_all OR (t.others_messages <> 'Denied'::text)) AS others_messages,
    a.archived_calls,
    a.offline_messages,
    a.others_offline_messages,
    a.capability_set,
        CASE
            WHEN (NOT u.active) THEN 'Deactivated'::text
            WHEN (u.credential_mode = 'IdentityProvider'::text) THEN 'Active'::text
            ELSE 'Invited'::text
        END AS state
   FROM ((public.access a
     JOIN public.users u ON (((u.company = a.company) AND (u.id = a.user_id))))
     JOIN public.tenants t ON ((t.company = a.company)))
  WHERE ((a.tenant = ''::text) AND u.active AND u.company_administrator AND (NOT t.retired) AND (NOT (EXISTS ( SELECT 1
           FROM public.memberships m
          WHERE ((m.user_id = a.user_id) AND (m.tenant = t.tenant))))));
COMMENT ON VIEW public.effective_access IS 'Whose conversations who may read in which tenant now: live people in live tenants, company administrators in all.';
COMMENT ON COLUMN public.effective_access.company IS 'The company: the namespace of the manifests.';
COMMENT ON COLUMN public.effective_access.tenant IS 'The tenant''s name.';
COMMENT ON COLUMN public.effective_access.user_id IS 'The person: users.id.';
COMMENT ON COLUMN public.effective_access.user_name IS 'The login, in lower case; unique in the company.';
COMMENT ON COLUMN public.effective_access.role IS 'The role in effect: Administrator, Manager, Worker; a company administrator''s is Administrator.';
COMMENT ON COLUMN public.effective_access.sees_all IS 'Every conversation of the tenant is open, whatever the rest says.';
COMMENT ON COLUMN public.effective_access.sees_every_group IS 'Conversations of every group are in the scope: the tenant has no groups, or lets people in no group see all.';
COMMENT ON COLUMN public.effective_access.sees_sessions IS 'All chats and calls are in the scope.';
COMMENT ON COLUMN public.effective_access.sees_emails IS 'All e-mails are in the scope.';
COMMENT ON COLUMN public.effective_access.others_messages IS 'What others took on is in the scope; else only what nobody did, one''s own, and the team''s.';
COMMENT ON COLUMN public.effective_access.archived_calls IS 'Archived calls that others took on are open, within the scope.';
COMMENT ON COLUMN public.effective_access.offline_messages IS 'Offline messages that nobody took on are open, within the scope.';
COMMENT ON COLUMN public.effective_access.others_offline_messages IS 'Offline messages that others took on are open, within the scope.';
COMMENT ON COLUMN public.effective_access.capability_set IS 'The set of capabilities; who has the same set may do the same. Null is nothing.';
COMMENT ON COLUMN public.effective_access.state IS 'Active, or Invited while the person cannot log in yet.';
CREATE TABLE public.grants (
    user_id text NOT NULL COLLATE pg_catalog."C",
    company text NOT NULL COLLATE pg_catalog."C",
    tenant text NOT NULL COLLATE pg_catalog."C",
    channel text NOT NULL COLLATE pg_catalog."C",
    online boolean NOT NULL,
    away boolean NOT NULL,
    capacity bigint,
    causes jsonb,
    CONSTRAINT grants_key_check CHECK (((tenant <> ''::text) AND (channel <> ''::text)))
);
COMMENT ON TABLE public.grants IS 'Which channels a person holds in which tenant, before the tenant''s own facts; effective_channels has what is in effect.';
COMMENT ON COLUMN public.grants.user_id IS 'The person: users.id.';
COMMENT ON COLUMN public.grants.company IS 'The company: the namespace of the manifests.';
COMMENT ON COLUMN public.grants.tenant IS 'The tenant''s name.';
COMMENT ON COLUMN public.grants.channel IS 'Chat, Phone, Email, Facebook, WhatsApp; the list will grow.';
COMMENT ON COLUMN public.grants.online IS 'May be routed while the person is online.';
COMMENT ON COLUMN public.grants.away IS 'May be routed while the person is away, where the tenant routes the channel so.';
COMMENT ON COLUMN public.grants.capacity IS 'How much work at once on the channel; null is no cap.';
COMMENT ON COLUMN public.grants.causes IS 'Every cause of the grant, as a JSON list.';
CREATE TABLE public.tenant_channels (
    company text NOT NULL COLLATE pg_catalog."C",
    tenant text NOT NULL COLLATE pg_catalog."C",
    channel text NOT NULL COLLATE pg_catalog."C"
);
COMMENT ON TABLE public.tenant_channels IS 'The channels a tenant has.';
COMMENT ON COLUMN public.tenant_channels.company IS 'The company: the namespace of the manifests.';
COMMENT ON COLUMN public.tenant_channels.tenant IS 'The tenant''s name.';
COMMENT ON COLUMN public.tenant_channels.channel IS 'Chat, Phone, Email, Facebook, WhatsApp; the list will grow.';
CREATE VIEW public.effective_capabilities AS
 SELECT a.company,
    a.tenant,
    a.user_id,
    u.user_name,
    c.capability,
    c.reach,
    c.causes,
        CASE
            WHEN (NOT u.active) THEN 'Deactivated'::text
            WHEN (u.credential_mode = 'IdentityProvider'::text) THEN 'Active'::text
            ELSE 'Invited'::text
        END AS state
   FROM ((((public.capabilities c
     JOIN public.access a ON ((a.capability_set = c.capability_set)))
     JOIN public.users u ON (((u.company = a.company) AND (u.id = a.user_id))))
     JOIN public.memberships m ON (((m.company = a.company) AND (m.user_id = a.user_id) AND (m.tenant = a.tenant))))
     JOIN public.tenants t ON (((t.company = a.company) AND (t.tenant = a.tenant))))
  WHERE (u.active AND m.active AND (NOT t.retired) AND ((c.capability <> 'conversation.initiate'::text) OR (EXISTS ( SELECT 1
           FROM (public.grants g
             JOIN public.tenant_channels tc ON (((tc.company = g.company) AND (tc.tenant = g.tenant) AND (tc.channel = g.channel))))
          WHERE ((g.company = a.company) AND (g.user_id = a.user_id) AND (g.tenant = a.tenant))
         OFFSET 0
         LIMIT 1))))
UNION ALL
 SELECT a.company,
    t.tenant,
    a.user_id,
    u.user_name,
    c.capability,
    c.reach,
    c.causes,
        CASE
            WHEN (NOT u.active) THEN 'Deactivated'::text
            WHEN (u.credential_mode = 'IdentityProvider'::text) THEN 'Active'::text
            ELSE 'Invited'::text
        END AS state
   FROM (((public.capabilities c
     JOIN public.access a ON ((a.capability_set = c.capability_set)))
     JOIN public.users u ON (((u.company = a.company) AND (u.id = a.user_id))))
     JOIN public.tenants t ON ((t.company = a.company)))
  WHERE ((a.tenant = ''::text) AND u.active AND u.company_administrator AND (NOT t.retired) AND (c.capability <> 'conversation.initiate'::text) AND (NOT (EXISTS ( SELECT 1
           FROM public.memberships m
          WHERE ((m.user_id = a.user_id) AND (m.tenant = t.tenant))))));
COMMENT ON VIEW public.effective_capabilities IS 'Who may do what in which tenant now: live people in live tenants, company administrators in all.';
COMMENT ON COLUMN public.effective_capabilities.company IS 'The company: the namespace of the manifests.';
COMMENT ON COLUMN public.effective_capabilities.tenant IS 'The tenant''s name.';
COMMENT ON COLUMN public.effective_capabilities.user_id IS 'The person: users.id.';
COMMENT ON COLUMN public.effective_capabilities.user_name IS 'The login, in lower case; unique in the company.';
COMMENT ON COLUMN public.effective_capabilities.capability IS 'What the person may do, such as conversation.read; the list will grow.';
COMMENT ON COLUMN public.effective_capabilities.reach IS 'How far: Self, Channels, Team, Scope, Administered or Tenant.';
COMMENT ON COLUMN public.effective_capabilities.causes IS 'Every cause of it, as a JSON list.';
COMMENT ON COLUMN public.effective_capabilities.state IS 'Active, or Invited while the person cannot log in yet.';
CREATE TABLE public.tenant_away_channels (
    company text NOT NULL COLLATE pg_catalog."C",
    tenant text NOT NULL COLLATE pg_catalog."C",
    channel text NOT NULL COLLATE pg_catalog."C"
);
COMMENT ON TABLE public.tenant_away_channels IS 'The channels a tenant routes to people who are away.';
COMMENT ON COLUMN public.tenant_away_channels.company IS 'The company: the namespace of the manifests.';
COMMENT ON COLUMN public.tenant_away_channels.tenant IS 'The tenant''s name.';
COMMENT ON COLUMN public.tenant_away_channels.channel IS 'Chat, Phone, Email, Facebook, WhatsApp; the list will grow.';
CREATE VIEW public.effective_channels AS
 SELECT g.company,
    g.tenant,
    g.user_id,
    u.user_name,
    g.channel,
    g.online,
    (g.away AND (EXISTS ( SELECT 1
           FROM public.tenant_away_channels ta
          WHERE ((ta.company = g.company) AND (ta.tenant = g.tenant) AND (ta.channel = g.channel))))) AS away,
    g.capacity,
    g.causes,
        CASE
            WHEN (NOT u.active) THEN 'Deactivated'::text
            WHEN (u.credential_mode = 'IdentityProvider'::text) THEN 'Active'::text
            ELSE 'Invited'::text
        END AS state
   FROM ((((public.grants g
     JOIN public.users u ON (((u.company = g.company) AND (u.id = g.user_id))))
     JOIN public.memberships m ON (((m.company = g.company) AND (m.user_id = g.user_id) AND (m.tenant = g.tenant))))
     JOIN public.tenants t ON (((t.company = g.company) AND (t.tenant = g.tenant))))
     JOIN public.tenant_channels tc ON (((tc.company = g.company) AND (tc.tenant = g.tenant) AND (tc.channel = g.channel))))
  WHERE (u.active AND m.active AND (NOT t.retired));
COMMENT ON VIEW public.effective_channels IS 'Who may serve which channel of which tenant now: live people in live tenants. Views are the contract for readers.';
COMMENT ON COLUMN public.effective_channels.company IS 'The company: the namespace of the manifests.';
COMMENT ON COLUMN public.effective_channels.tenant IS 'The tenant''s name.';
COMMENT ON COLUMN public.effective_channels.user_id IS 'The person: users.id.';
COMMENT ON COLUMN public.effective_channels.user_name IS 'The login, in lower case; unique in the company.';
COMMENT ON COLUMN public.effective_channels.channel IS 'Chat, Phone, Email, Facebook, WhatsApp; the list will grow.';
COMMENT ON COLUMN public.effective_channels.online IS 'May be routed while the person is online.';
COMMENT ON COLUMN public.effective_channels.away IS 'May be routed while the person is away: the grant and the tenant both say so.';
COMMENT ON COLUMN public.effective_channels.capacity IS 'How much work at once on the channel; null is no cap.';
COMMENT ON COLUMN public.effective_channels.causes IS 'Every cause of the grant, as a JSON list.';
COMMENT ON COLUMN public.effective_channels.state IS 'Active, or Invited while the person cannot log in yet.';
CREATE TABLE public.membership_groups (
    user_id text NOT NULL COLLATE pg_catalog."C",
    tenant text NOT NULL COLLATE pg_catalog."C",
    group_name text NOT NULL COLLATE pg_catalog."C",
    priority text NOT NULL COLLATE pg_catalog."C"
);
COMMENT ON TABLE public.membership_groups IS 'The groups of a membership.';
COMMENT ON COLUMN public.membership_groups.user_id IS 'The person: users.id.';
COMMENT ON COLUMN public.membership_groups.tenant IS 'The tenant''s name.';
COMMENT ON COLUMN public.membership_groups.group_name IS 'The group''s name.';
COMMENT ON COLUMN public.membership_groups.priority IS 'The rank of the group for the person: Primary, Normal or Backup.';
CREATE TABLE public.tenant_groups (
    company text NOT NULL COLLATE pg_catalog."C",
    tenant text NOT NULL COLLATE pg_catalog."C",
    group_name text NOT NULL COLLATE pg_catalog."C",
    display_name text NOT NULL COLLATE pg_catalog."C",
    description text COLLATE pg_catalog."C",
    all_channels boolean NOT NULL,
    routing_strategy text NOT NULL COLLATE pg_catalog."C",
    max_concurrent_per_operator bigint,
    stamp_installation text COLLATE pg_catalog."C",
    stamp_namespace text COLLATE pg_catalog."C",
    stamp_kind text COLLATE pg_catalog."C",
    stamp_name text COLLATE pg_catalog."C",
    stamp_uid text COLLATE pg_catalog."C",
    stamp_generation bigint,
    stamp_epoch bigint,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    CONSTRAINT tenant_groups_key_check CHECK (((company <> ''::text) AND (tenant <> ''::text) AND (group_name <> ''::text))),
    CONSTRAINT tenant_groups_stamp_check CHECK ((((stamp_installation IS NULL) = (stamp_namespace IS NULL)) AND ((stamp_installation IS NULL) = (stamp_kind IS NULL)) AND ((stamp_installation IS NULL) = (stamp_name IS NULL))))
);
COMMENT ON TABLE public.tenant_groups IS 'Groups (departments) of a tenant; the general group, which has everybody, is called general.';
COMMENT ON COLUMN public.tenant_groups.company IS 'The company: the namespace of the manifests.';
COMMENT ON COLUMN public.tenant_groups.tenant IS 'The tenant''s name.';
COMMENT ON COLUMN public.tenant_groups.group_name IS 'The group''s name.';
COMMENT ON COLUMN public.tenant_groups.display_name IS 'The name for people to read.';
COMMENT ON COLUMN public.tenant_groups.description IS 'What the group is for; null is not said.';
COMMENT ON COLUMN public.tenant_groups.all_channels IS 'The group serves every channel of the tenant.';
COMMENT ON COLUMN public.tenant_groups.routing_strategy IS 'Who is next: RoundRobin or LeastBusy; empty is the platform''s own choice.';
COMMENT ON COLUMN public.tenant_groups.max_concurrent_per_operator IS 'How many conversations of the group a person has at once; null is no cap.';
COMMENT ON COLUMN public.tenant_groups.stamp_installation IS 'Whose the record is: the installation of the manager; the four are null together, and then nobody''s.';
COMMENT ON COLUMN public.tenant_groups.stamp_namespace IS 'Whose the record is: the namespace of the object.';
COMMENT ON COLUMN public.tenant_groups.stamp_kind IS 'Whose the record is: the kind of the object.';
COMMENT ON COLUMN public.tenant_groups.stamp_name IS 'Whose the record is: the name of the object.';
COMMENT ON COLUMN public.tenant_groups.stamp_uid IS 'UID of the object at the last change, for people to read.';
COMMENT ON COLUMN public.tenant_groups.stamp_generation IS 'Generation of the object at the last change, for people to read.';
COMMENT ON COLUMN public.tenant_groups.stamp_epoch IS 'Epoch of the manager at the last change, for people to read.';
COMMENT ON COLUMN public.tenant_groups.created_at IS 'When the record was made.';
COMMENT ON COLUMN public.tenant_groups.updated_at IS 'When the record was last changed.';
CREATE VIEW public.effective_groups AS
 SELECT m.company,
    m.tenant,
    m.user_id,
    u.user_name,
    g.group_name,
    mg.priority,
    g.all_channels,
    g.max_concurrent_per_operator
   FROM ((((public.membership_groups mg
     JOIN public.memberships m ON (((m.user_id = mg.user_id) AND (m.tenant = mg.tenant))))
     JOIN public.users u ON (((u.company = m.company) AND (u.id = m.user_id))))
     JOIN public.tenants t ON (((t.company = m.company) AND (t.tenant = m.tenant))))
     JOIN public.tenant_groups g ON (((g.company = m.company) AND (g.tenant = m.tenant) AND (g.group_name = mg.group_name))))
  WHERE (u.active AND m.active AND (NOT t.retired) AND (g.group_name <> 'general'::text));
COMMENT ON VIEW public.effective_groups IS 'Who is in which group that is there: live people in live tenants. Everybody is in the general group, which is not listed.';
COMMENT ON COLUMN public.effective_groups.company IS 'The company: the namespace of the manifests.';
COMMENT ON COLUMN public.effective_groups.tenant IS 'The tenant''s name.';
COMMENT ON COLUMN public.effective_groups.user_id IS 'The person: users.id.';
COMMENT ON COLUMN public.effective_groups.user_name IS 'The login, in lower case; unique in the company.';
COMMENT ON COLUMN public.effective_groups.group_name IS 'The group''s name.';
COMMENT ON COLUMN public.effective_groups.priority IS 'The rank of the group for the person: Primary, Normal or Backup.';
COMMENT ON COLUMN public.effective_groups.all_channels IS 'The group serves every channel of the tenant; else those in group_channels.';
COMMENT ON COLUMN public.effective_groups.max_concurrent_per_operator IS 'How many conversations of the group a person has at once; null is no cap.';
CREATE TABLE public.group_channels (
    company text NOT NULL COLLATE pg_catalog."C",
    tenant text NOT NULL COLLATE pg_catalog."C",
    group_name text NOT NULL COLLATE pg_catalog."C",
    channel text NOT NULL COLLATE pg_catalog."C"
);
COMMENT ON TABLE public.group_channels IS 'The channels a group serves, unless it serves all.';
COMMENT ON COLUMN public.group_channels.company IS 'The company: the namespace of the manifests.';
COMMENT ON COLUMN public.group_channels.tenant IS 'The tenant''s name.';
COMMENT ON COLUMN public.group_channels.group_name IS 'The group''s name.';
COMMENT ON COLUMN public.group_channels.channel IS 'Chat, Phone, Email, Facebook, WhatsApp; the list will grow.';
CREATE TABLE public.presence (
    user_id text NOT NULL COLLATE pg_catalog."C",
    tenant text NOT NULL COLLATE pg_catalog."C",
    state text NOT NULL COLLATE pg_catalog."C",
    CONSTRAINT presence_key_check CHECK ((tenant <> ''::text)),
    CONSTRAINT presence_state_check CHECK ((state = ANY (ARRAY['Online'::text, 'Away'::text, 'Offline'::text])))
);
COMMENT ON TABLE public.presence IS 'Where people are, in each tenant. The platform writes it, the manager never does; who has no row is Offline.';
COMMENT ON COLUMN public.presence.user_id IS 'The person: users.id.';
COMMENT ON COLUMN public.presence.tenant IS 'The tenant''s name.';
COMMENT ON COLUMN public.presence.state IS 'Online, Away or Offline.';
CREATE TABLE public.presence_channels (
    user_id text NOT NULL COLLATE pg_catalog."C",
    tenant text NOT NULL COLLATE pg_catalog."C",
    channel text NOT NULL COLLATE pg_catalog."C",
    switched_on boolean DEFAULT true NOT NULL
);
COMMENT ON TABLE public.presence_channels IS 'The channels people switched, in each tenant. The platform writes it; it goes with the grant. A channel without a row is on.';
COMMENT ON COLUMN public.presence_channels.user_id IS 'The person: users.id.';
COMMENT ON COLUMN public.presence_channels.tenant IS 'The tenant''s name.';
COMMENT ON COLUMN public.presence_channels.channel IS 'A channel the person holds in the tenant: grants.channel.';
COMMENT ON COLUMN public.presence_channels.switched_on IS 'Whether work of the channel may be routed to the person.';
CREATE VIEW public.effective_routes AS
 SELECT e.company,
    e.tenant,
    e.user_id,
    e.user_name,
    e.channel,
    'general'::text AS group_name,
    NULL::text AS priority,
    e.capacity,
    e.state,
    COALESCE(( SELECT p.state
           FROM public.presence p
          WHERE ((p.user_id = e.user_id) AND (p.tenant = e.tenant))), 'Offline'::text) AS presence,
    ((e.state = 'Active'::text) AND (EXISTS ( SELECT 1
           FROM public.presence p
          WHERE ((p.user_id = e.user_id) AND (p.tenant = e.tenant) AND (((p.state = 'Online'::text) AND e.online) OR ((p.state = 'Away'::text) AND e.away)))
         OFFSET 0
         LIMIT 1)) AND (NOT (EXISTS ( SELECT 1
           FROM public.presence_channels pc
          WHERE ((pc.user_id = e.user_id) AND (pc.tenant = e.tenant) AND (pc.channel = e.channel) AND (NOT pc.switched_on))
         OFFSET 0
         LIMIT 1)))) AS routable
   FROM public.effective_channels e
UNION ALL
 SELECT e.company,
    e.tenant,
    e.user_id,
    e.user_name,
    e.channel,
    g.group_name,
    mg.priority,
        CASE
            WHEN ((g.max_concurrent_per_operator IS NULL) OR (e.capacity < g.max_concurrent_per_operator)) THEN e.capacity
            ELSE g.max_concurrent_per_operator
        END AS capacity,
    e.state,
    COALESCE(( SELECT p.state
           FROM public.presence p
          WHERE ((p.user_id = e.user_id) AND (p.tenant = e.tenant))), 'Offline'::text) AS presence,
    ((e.state = 'Active'::text) AND (EXISTS ( SELECT 1
           FROM public.presence p
          WHERE ((p.user_id = e.user_id) AND (p.tenant = e.tenant) AND (((p.state = 'Online'::text) AND e.online) OR ((p.state = 'Away'::text) AND e.away)))
         OFFSET 0
         LIMIT 1)) AND (NOT (EXISTS ( SELECT 1
           FROM public.presence_channels pc
          WHERE ((pc.user_id = e.user_id) AND (pc.tenant = e.tenant) AND (pc.channel = e.channel) AND (NOT pc.switched_on))
         OFFSET 0
         LIMIT 1)))) AS routable
   FROM ((public.effective_channels e
     JOIN public.membership_groups mg ON (((mg.user_id = e.user_id) AND (mg.tenant = e.tenant))))
     JOIN public.tenant_groups g ON (((g.company = e.company) AND (g.tenant = e.tenant) AND (g.group_name = mg.group_name))))
  WHERE ((g.group_name <> 'general'::text) AND (g.all_channels OR (EXISTS ( SELECT 1
           FROM public.group_channels gc
          WHERE ((gc.company = g.company) AND (gc.tenant = g.tenant) AND (gc.group_name = g.group_name) AND (gc.channel = e.channel))
         OFFSET 0
         LIMIT 1))));
COMMENT ON VIEW public.effective_routes IS 'To whom work of which channel and group goes, with presence; the load is the platform''s to compare with the capacity.';
COMMENT ON COLUMN public.effective_routes.company IS 'The company: the namespace of the manifests.';
COMMENT ON COLUMN public.effective_routes.tenant IS 'The tenant''s name.';
COMMENT ON COLUMN public.effective_routes.user_id IS 'The person: users.id.';
COMMENT ON COLUMN public.effective_routes.user_name IS 'The login, in lower case; unique in the company.';
COMMENT ON COLUMN public.effective_routes.channel IS 'Chat, Phone, Email, Facebook, WhatsApp; the list will grow.';
COMMENT ON COLUMN public.effective_routes.group_name IS 'The group; everybody serves the general one, called general.';
COMMENT ON COLUMN public.effective_routes.priority IS 'The rank of the group for the person: Primary, Normal or Backup; null in the general group.';
COMMENT ON COLUMN public.effective_routes.capacity IS 'How much work of the channel at once, the group''s cap included; null is no cap.';
COMMENT ON COLUMN public.effective_routes.state IS 'Active, or Invited while the person cannot log in yet.';
COMMENT ON COLUMN public.effective_routes.presence IS 'Where the person is: Online, Away or Offline.';
COMMENT ON COLUMN public.effective_routes.routable IS 'Work may go there now, but for the load: the person can log in, is in a state the channel is routed in, and has it switched on.';
CREATE TABLE public.membership_team (
    user_id text NOT NULL COLLATE pg_catalog."C",
    tenant text NOT NULL COLLATE pg_catalog."C",
    member text NOT NULL COLLATE pg_catalog."C"
);
COMMENT ON TABLE public.membership_team IS 'The people whom a membership of the role Manager leads.';
COMMENT ON COLUMN public.membership_team.user_id IS 'The person: users.id.';
COMMENT ON COLUMN public.membership_team.tenant IS 'The tenant''s name.';
COMMENT ON COLUMN public.membership_team.member IS 'The user name of one person of the team.';
CREATE VIEW public.effective_teams AS
 SELECT m.company,
    m.tenant,
    m.user_id,
    u.user_name,
    o.id AS member_id,
    o.user_name AS member
   FROM ((((public.membership_team mt
     JOIN public.memberships m ON (((m.user_id = mt.user_id) AND (m.tenant = mt.tenant))))
     JOIN public.users u ON (((u.company = m.company) AND (u.id = m.user_id))))
     JOIN public.tenants t ON (((t.company = m.company) AND (t.tenant = m.tenant))))
     JOIN public.users o ON (((o.company = m.company) AND (o.user_name = mt.member))))
  WHERE (u.active AND (NOT u.company_administrator) AND m.active AND (NOT t.retired));
COMMENT ON VIEW public.effective_teams IS 'Whom a Manager leads: live Managers in live tenants, and the people of their teams, deactivated ones included.';
COMMENT ON COLUMN public.effective_teams.company IS 'The company: the namespace of the manifests.';
COMMENT ON COLUMN public.effective_teams.tenant IS 'The tenant''s name.';
COMMENT ON COLUMN public.effective_teams.user_id IS 'The Manager: users.id.';
COMMENT ON COLUMN public.effective_teams.user_name IS 'The Manager''s login, in lower case; unique in the company.';
COMMENT ON COLUMN public.effective_teams.member_id IS 'A person of the team: users.id.';
COMMENT ON COLUMN public.effective_teams.member IS 'That person''s login.';
CREATE TABLE public.membership_permissions (
    user_id text NOT NULL COLLATE pg_catalog."C",
    tenant text NOT NULL COLLATE pg_catalog."C",
    permission text NOT NULL COLLATE pg_catalog."C"
);
COMMENT ON TABLE public.membership_permissions IS 'What a membership may do beyond its role.';
COMMENT ON COLUMN public.membership_permissions.user_id IS 'The person: users.id.';
COMMENT ON COLUMN public.membership_permissions.tenant IS 'The tenant''s name.';
COMMENT ON COLUMN public.membership_permissions.permission IS 'The permission.';
CREATE TABLE public.removal_windows (
    company text NOT NULL COLLATE pg_catalog."C",
    tenant text NOT NULL COLLATE pg_catalog."C",
    began_at timestamp with time zone,
    live bigint NOT NULL,
    removed bigint NOT NULL,
    confirmation text COLLATE pg_catalog."C",
    confirmed bigint NOT NULL,
    CONSTRAINT removal_windows_key_check CHECK (((company <> ''::text) AND (tenant <> ''::text)))
);
COMMENT ON TABLE public.removal_windows IS 'What the removals of a tenant came to, by which its budget is spent.';
COMMENT ON COLUMN public.removal_windows.company IS 'The company: the namespace of the manifests.';
COMMENT ON COLUMN public.removal_windows.tenant IS 'The tenant''s name.';
COMMENT ON COLUMN public.removal_windows.began_at IS 'When the time began in which removals are counted; null is that none was counted.';
COMMENT ON COLUMN public.removal_windows.live IS 'How many people were live in the tenant then.';
COMMENT ON COLUMN public.removal_windows.removed IS 'How many were removed since.';
COMMENT ON COLUMN public.removal_windows.confirmation IS 'The confirmation that let people go last; null is none.';
COMMENT ON COLUMN public.removal_windows.confirmed IS 'How many people it has let go.';
CREATE TABLE public.schema_version (
    id integer NOT NULL,
    version_id bigint NOT NULL,
    is_applied boolean NOT NULL,
    tstamp timestamp without time zone DEFAULT now() NOT NULL
);
COMMENT ON TABLE public.schema_version IS 'The migrations that were applied.';
COMMENT ON COLUMN public.schema_version.id IS 'Serial number.';
COMMENT ON COLUMN public.schema_version.version_id IS 'The number of the migration.';
COMMENT ON COLUMN public.schema_version.is_applied IS 'Always true.';
COMMENT ON COLUMN public.schema_version.tstamp IS 'When it was applied.';
ALTER TABLE public.schema_version ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.schema_version_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.store_identity (
    singleton boolean DEFAULT true NOT NULL,
    id text NOT NULL COLLATE pg_catalog."C",
    CONSTRAINT store_identity_singleton_check CHECK (singleton)
);
COMMENT ON TABLE public.store_identity IS 'The store itself: its one row.';
COMMENT ON COLUMN public.store_identity.singleton IS 'Always true, so that there is one row.';
COMMENT ON COLUMN public.store_identity.id IS 'The store''s name for good; it is replaced when the store is restored from a backup.';
CREATE TABLE public.writer_epochs (
    installation text NOT NULL COLLATE pg_catalog."C",
    epoch bigint NOT NULL,
    CONSTRAINT writer_epochs_check CHECK (((installation <> ''::text) AND (epoch > 0)))
);
COMMENT ON TABLE public.writer_epochs IS 'Which manager of an installation may write: the one that knows the latest epoch.';
COMMENT ON COLUMN public.writer_epochs.installation IS 'The installation.';
COMMENT ON COLUMN public.writer_epochs.epoch IS 'The latest epoch; the first is 1.';
INSERT INTO public.access VALUES ('74f0dc89-e717-4751-9b9c-1d73f9fb3c7e', 'contact-centre', 'acme', 'Worker', false, false, false, false, false, true, false, '40dd4891826ef750b1014431530f1b6e');
INSERT INTO public.access VALUES ('74f0dc89-e717-4751-9b9c-1d73f9fb3c7e', 'contact-centre', 'globex', 'Worker', false, false, false, false, false, true, false, '40dd4891826ef750b1014431530f1b6e');
INSERT INTO public.access VALUES ('74f0dc89-e717-4751-9b9c-1d73f9fb3c7e', 'contact-centre', 'initech', 'Worker', false, false, false, false, false, true, false, '40dd4891826ef750b1014431530f1b6e');
INSERT INTO public.capabilities VALUES ('40dd4891826ef750b1014431530f1b6e', 'conversation.read', 'Scope', '[{"kind": "Role", "name": "Worker"}]');
INSERT INTO public.capabilities VALUES ('40dd4891826ef750b1014431530f1b6e', 'stats.read', 'Self', '[{"kind": "Role", "name": "Worker"}]');
INSERT INTO public.capability_sets VALUES ('40dd4891826ef750b1014431530f1b6e');
INSERT INTO public.channel_policies VALUES ('contact-centre', 'acme', 'voice', '["Phone"]', '[{"role": "Worker"}]', true, false, 2, 'production', 'contact-centre', 'Object', 'voice', 'uid', 1, NULL, '2026-11-27 20:01:33.737219+00', '2026-11-27 20:01:33.737219+00');
INSERT INTO public.grants VALUES ('74f0dc89-e717-4751-9b9c-1d73f9fb3c7e', 'contact-centre', 'acme', 'Chat', true, true, NULL, '[{"kind": "Direct"}]');
INSERT INTO public.grants VALUES ('74f0dc89-e717-4751-9b9c-1d73f9fb3c7e', 'contact-centre', 'acme', 'Phone', true, true, 2, '[{"kind": "Policy", "name": "voice"}]');
INSERT INTO public.grants VALUES ('74f0dc89-e717-4751-9b9c-1d73f9fb3c7e', 'contact-centre', 'globex', 'Chat', true, true, NULL, '[{"kind": "Direct"}]');
INSERT INTO public.grants VALUES ('74f0dc89-e717-4751-9b9c-1d73f9fb3c7e', 'contact-centre', 'globex', 'Phone', true, true, 2, '[{"kind": "Policy", "name": "voice"}]');
INSERT INTO public.grants VALUES ('74f0dc89-e717-4751-9b9c-1d73f9fb3c7e', 'contact-centre', 'initech', 'Chat', true, true, NULL, '[{"kind": "Direct"}]');
INSERT INTO public.grants VALUES ('74f0dc89-e717-4751-9b9c-1d73f9fb3c7e', 'contact-centre', 'initech', 'Phone', true, true, 2, '[{"kind": "Policy", "name": "voice"}]');
INSERT INTO public.grants VALUES ('9d9437bf-388a-49c3-a899-484964935066', 'contact-centre', 'acme', 'Chat', true, true, NULL, '[{"kind": "Direct"}]');
INSERT INTO public.grants VALUES ('9d9437bf-388a-49c3-a899-484964935066', 'contact-centre', 'acme', 'Phone', true, true, 2, '[{"kind": "Policy", "name": "voice"}]');
INSERT INTO public.grants VALUES ('9d9437bf-388a-49c3-a899-484964935066', 'contact-centre', 'globex', 'Chat', true, true, NULL, '[{"kind": "Direct"}]');
INSERT INTO public.grants VALUES ('9d9437bf-388a-49c3-a899-484964935066', 'contact-centre', 'globex', 'Phone', true, true, 2, '[{"kind": "Policy", "name": "voice"}]');
INSERT INTO public.grants VALUES ('9d9437bf-388a-49c3-a899-484964935066', 'contact-centre', 'initech', 'Chat', true, true, NULL, '[{"kind": "Direct"}]');
INSERT INTO public.grants VALUES ('9d9437bf-388a-49c3-a899-484964935066', 'contact-centre', 'initech', 'Phone', true, true, 2, '[{"kind": "Policy", "name": "voice"}]');
INSERT INTO public.membership_groups VALUES ('74f0dc89-e717-4751-9b9c-1d73f9fb3c7e', 'acme', 'billing', 'Normal');
INSERT INTO public.membership_groups VALUES ('74f0dc89-e717-4751-9b9c-1d73f9fb3c7e', 'globex', 'billing', 'Normal');
INSERT INTO public.membership_groups VALUES ('74f0dc89-e717-4751-9b9c-1d73f9fb3c7e', 'initech', 'billing', 'Normal');
INSERT INTO public.membership_groups VALUES ('9d9437bf-388a-49c3-a899-484964935066', 'acme', 'billing', 'Normal');
INSERT INTO public.membership_groups VALUES ('9d9437bf-388a-49c3-a899-484964935066', 'globex', 'billing', 'Normal');
INSERT INTO public.membership_groups VALUES ('9d9437bf-388a-49c3-a899-484964935066', 'initech', 'billing', 'Normal');
INSERT INTO public.memberships VALUES ('74f0dc89-e717-4751-9b9c-1d73f9fb3c7e', 'contact-centre', 'acme', true, 'Worker', false, false, false, false, false, false, false, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.memberships VALUES ('74f0dc89-e717-4751-9b9c-1d73f9fb3c7e', 'contact-centre', 'globex', true, 'Worker', false, false, false, false, false, false, false, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.memberships VALUES ('74f0dc89-e717-4751-9b9c-1d73f9fb3c7e', 'contact-centre', 'initech', true, 'Worker', false, false, false, false, false, false, false, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.memberships VALUES ('9d9437bf-388a-49c3-a899-484964935066', 'contact-centre', 'acme', true, 'Worker', false, false, false, false, false, false, false, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.memberships VALUES ('9d9437bf-388a-49c3-a899-484964935066', 'contact-centre', 'globex', true, 'Worker', false, false, false, false, false, false, false, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.memberships VALUES ('9d9437bf-388a-49c3-a899-484964935066', 'contact-centre', 'initech', true, 'Worker', false, false, false, false, false, false, false, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.schema_version VALUES (1, 0, true, '2026-11-27 20:01:32.759386');
INSERT INTO public.schema_version VALUES (2, 1, true, '2026-11-27 20:01:32.845532');
INSERT INTO public.schema_version VALUES (3, 2, true, '2026-11-27 20:01:33.020776');
INSERT INTO public.schema_version VALUES (4, 3, true, '2026-11-27 20:01:33.023892');
INSERT INTO public.schema_version VALUES (5, 4, true, '2026-11-27 20:01:33.027128');
INSERT INTO public.schema_version VALUES (6, 5, true, '2026-11-27 20:01:33.165437');
INSERT INTO public.schema_version VALUES (7, 6, true, '2026-11-27 20:01:33.25054');
INSERT INTO public.schema_version VALUES (8, 8, true, '2026-11-27 20:01:33.277368');
INSERT INTO public.schema_version VALUES (9, 9, true, '2026-11-27 20:01:33.430213');
INSERT INTO public.schema_version VALUES (10, 10, true, '2026-11-27 20:01:33.443014');
INSERT INTO public.schema_version VALUES (11, 11, true, '2026-11-27 20:01:33.445216');
INSERT INTO public.schema_version VALUES (12, 12, true, '2026-11-27 20:01:33.449515');
INSERT INTO public.store_identity VALUES (true, '78b3f987-ff89-4aef-8de4-ee7a4412c90c');
INSERT INTO public.tenant_away_channels VALUES ('contact-centre', 'acme', 'Chat');
INSERT INTO public.tenant_away_channels VALUES ('contact-centre', 'globex', 'Chat');
INSERT INTO public.tenant_channels VALUES ('contact-centre', 'acme', 'Chat');
INSERT INTO public.tenant_channels VALUES ('contact-centre', 'acme', 'Phone');
INSERT INTO public.tenant_channels VALUES ('contact-centre', 'globex', 'Chat');
INSERT INTO public.tenant_channels VALUES ('contact-centre', 'globex', 'Phone');
INSERT INTO public.tenant_groups VALUES ('contact-centre', 'acme', 'billing', 'Billing', NULL, true, '', NULL, 'production', 'contact-centre', 'Object', 'billing', 'uid', 1, NULL, '2026-11-27 20:01:33.734122+00', '2026-11-27 20:01:33.734122+00');
INSERT INTO public.tenants VALUES ('contact-centre', 'acme', 'Acme', 'Allowed', 'General', '{"payments": false, "behaviour": {}, "appearance": {}, "developerAPI": false, "retentionSeconds": 0}', false, NULL, NULL, 'production', 'contact-centre', 'Object', 'acme', 'uid', 1, NULL, '2026-11-27 20:01:33.715927+00', '2026-11-27 20:01:33.715927+00', true);
INSERT INTO public.tenants VALUES ('contact-centre', 'globex', 'Globex', 'Allowed', 'General', '{"payments": false, "behaviour": {}, "appearance": {}, "developerAPI": false, "retentionSeconds": 0}', true, NULL, NULL, 'production', 'contact-centre', 'Object', 'globex', 'uid', 1, NULL, '2026-11-27 20:01:33.725674+00', '2026-11-27 20:01:33.725674+00', true);
INSERT INTO public.users VALUES ('74f0dc89-e717-4751-9b9c-1d73f9fb3c7e', 'contact-centre', 'worker', NULL, NULL, 'worker', NULL, NULL, 'worker@example.com', 'worker@example.com', NULL, NULL, NULL, true, false, 'ActivationLink', NULL, NULL, NULL, NULL, NULL, 'production', 'contact-centre', 'Object', 'worker', 'uid', 1, NULL, '2026-11-27 20:01:33.746047+00', '2026-11-27 20:01:33.746047+00');
INSERT INTO public.users VALUES ('9d9437bf-388a-49c3-a899-484964935066', 'contact-centre', 'left', NULL, NULL, 'left', NULL, NULL, 'left@example.com', 'left@example.com', NULL, NULL, NULL, false, false, 'ActivationLink', NULL, NULL, NULL, NULL, NULL, 'production', 'contact-centre', 'Object', 'left', 'uid', 1, NULL, '2026-11-27 20:01:33.76108+00', '2026-11-27 20:01:33.76108+00');
SELECT pg_catalog.setval('public.schema_version_id_seq', 12, true);
ALTER TABLE ONLY public.access
    ADD CONSTRAINT access_pkey PRIMARY KEY (user_id, tenant);
ALTER TABLE ONLY public.capabilities
    ADD CONSTRAINT capabilities_pkey PRIMARY KEY (capability_set, capability);
ALTER TABLE ONLY public.capability_sets
    ADD CONSTRAINT capability_sets_pkey PRIMARY KEY (capability_set);
ALTER TABLE ONLY public.channel_policies
    ADD CONSTRAINT channel_policies_pkey PRIMARY KEY (company, tenant, policy_name);
ALTER TABLE ONLY public.grants
    ADD CONSTRAINT grants_pkey PRIMARY KEY (user_id, tenant, channel);
ALTER TABLE ONLY public.group_channels
    ADD CONSTRAINT group_channels_pkey PRIMARY KEY (company, tenant, group_name, channel);
ALTER TABLE ONLY public.membership_groups
    ADD CONSTRAINT membership_groups_pkey PRIMARY KEY (user_id, tenant, group_name);
ALTER TABLE ONLY public.membership_permissions
    ADD CONSTRAINT membership_permissions_pkey PRIMARY KEY (user_id, tenant, permission);
ALTER TABLE ONLY public.membership_team
    ADD CONSTRAINT membership_team_pkey PRIMARY KEY (user_id, tenant, member);
ALTER TABLE ONLY public.memberships
    ADD CONSTRAINT memberships_pkey PRIMARY KEY (user_id, tenant);
ALTER TABLE ONLY public.presence_channels
    ADD CONSTRAINT presence_channels_pkey PRIMARY KEY (user_id, tenant, channel);
ALTER TABLE ONLY public.presence
    ADD CONSTRAINT presence_pkey PRIMARY KEY (user_id, tenant);
ALTER TABLE ONLY public.removal_windows
    ADD CONSTRAINT removal_windows_pkey PRIMARY KEY (company, tenant);
ALTER TABLE ONLY public.schema_version
    ADD CONSTRAINT schema_version_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.store_identity
    ADD CONSTRAINT store_identity_pkey PRIMARY KEY (singleton);
ALTER TABLE ONLY public.tenant_away_channels
    ADD CONSTRAINT tenant_away_channels_pkey PRIMARY KEY (company, tenant, channel);
ALTER TABLE ONLY public.tenant_channels
    ADD CONSTRAINT tenant_channels_pkey PRIMARY KEY (company, tenant, channel);
ALTER TABLE ONLY public.tenant_groups
    ADD CONSTRAINT tenant_groups_pkey PRIMARY KEY (company, tenant, group_name);
ALTER TABLE ONLY public.tenants
    ADD CONSTRAINT tenants_pkey PRIMARY KEY (company, tenant);
ALTER TABLE ONLY public.users
    ADD CONSTRAINT users_company_email_key UNIQUE (company, email_key);
ALTER TABLE ONLY public.users
    ADD CONSTRAINT users_company_user_name_key UNIQUE (company, user_name);
ALTER TABLE ONLY public.users
    ADD CONSTRAINT users_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.writer_epochs
    ADD CONSTRAINT writer_epochs_pkey PRIMARY KEY (installation);
CREATE INDEX access_company_tenant_set_idx ON public.access USING btree (company, tenant, capability_set);
CREATE INDEX capabilities_capability_idx ON public.capabilities USING btree (capability, capability_set);
CREATE INDEX channel_policies_stamp_idx ON public.channel_policies USING btree (stamp_installation, stamp_namespace, stamp_kind, stamp_name);
CREATE INDEX grants_company_tenant_channel_idx ON public.grants USING btree (company, tenant, channel);
CREATE INDEX memberships_company_tenant_role_idx ON public.memberships USING btree (company, tenant, role);
CREATE INDEX tenant_groups_stamp_idx ON public.tenant_groups USING btree (stamp_installation, stamp_namespace, stamp_kind, stamp_name);
CREATE INDEX tenants_stamp_idx ON public.tenants USING btree (stamp_installation, stamp_namespace, stamp_kind, stamp_name);
CREATE INDEX users_company_administrators_idx ON public.users USING btree (company) WHERE company_administrator;
CREATE INDEX users_stamp_idx ON public.users USING btree (stamp_installation, stamp_namespace, stamp_kind, stamp_name);
CREATE STATISTICS public.users_state ON (CASE WHEN NOT active THEN 'Deactivated'::text WHEN credential_mode = 'IdentityProvider'::text THEN 'Active'::text ELSE 'Invited'::text END) FROM public.users;
COMMENT ON STATISTICS public.users_state IS 'How many people are in which state, as the views tell it.';
CREATE TRIGGER access_changed AFTER INSERT OR DELETE OR UPDATE ON public.access FOR EACH ROW WHEN ((current_setting('roster.writer'::text, true) IS DISTINCT FROM 'on'::text)) EXECUTE FUNCTION public.roster_changed();
COMMENT ON TRIGGER access_changed ON public.access IS 'Tells the manager what other programs change.';
CREATE TRIGGER access_emptied AFTER TRUNCATE ON public.access FOR EACH STATEMENT EXECUTE FUNCTION public.roster_emptied();
COMMENT ON TRIGGER access_emptied ON public.access IS 'Tells the manager what other programs empty.';
CREATE TRIGGER channel_policies_changed AFTER INSERT OR DELETE OR UPDATE ON public.channel_policies FOR EACH ROW WHEN ((current_setting('roster.writer'::text, true) IS DISTINCT FROM 'on'::text)) EXECUTE FUNCTION public.roster_changed('ChannelPolicy', 'policy_name');
COMMENT ON TRIGGER channel_policies_changed ON public.channel_policies IS 'Tells the manager what other programs change.';
CREATE TRIGGER channel_policies_emptied AFTER TRUNCATE ON public.channel_policies FOR EACH STATEMENT EXECUTE FUNCTION public.roster_emptied();
COMMENT ON TRIGGER channel_policies_emptied ON public.channel_policies IS 'Tells the manager what other programs empty.';
CREATE TRIGGER grants_changed AFTER INSERT OR DELETE OR UPDATE ON public.grants FOR EACH ROW WHEN ((current_setting('roster.writer'::text, true) IS DISTINCT FROM 'on'::text)) EXECUTE FUNCTION public.roster_changed();
COMMENT ON TRIGGER grants_changed ON public.grants IS 'Tells the manager what other programs change.';
CREATE TRIGGER grants_emptied AFTER TRUNCATE ON public.grants FOR EACH STATEMENT EXECUTE FUNCTION public.roster_emptied();
COMMENT ON TRIGGER grants_emptied ON public.grants IS 'Tells the manager what other programs empty.';
CREATE TRIGGER group_channels_changed AFTER INSERT OR DELETE OR UPDATE ON public.group_channels FOR EACH ROW WHEN ((current_setting('roster.writer'::text, true) IS DISTINCT FROM 'on'::text)) EXECUTE FUNCTION public.roster_changed('Group', 'group_name');
COMMENT ON TRIGGER group_channels_changed ON public.group_channels IS 'Tells the manager what other programs change.';
CREATE TRIGGER group_channels_emptied AFTER TRUNCATE ON public.group_channels FOR EACH STATEMENT EXECUTE FUNCTION public.roster_emptied();
COMMENT ON TRIGGER group_channels_emptied ON public.group_channels IS 'Tells the manager what other programs empty.';
CREATE TRIGGER membership_groups_changed AFTER INSERT OR DELETE OR UPDATE ON public.membership_groups FOR EACH ROW WHEN ((current_setting('roster.writer'::text, true) IS DISTINCT FROM 'on'::text)) EXECUTE FUNCTION public.roster_changed();
COMMENT ON TRIGGER membership_groups_changed ON public.membership_groups IS 'Tells the manager what other programs change.';
CREATE TRIGGER membership_groups_emptied AFTER TRUNCATE ON public.membership_groups FOR EACH STATEMENT EXECUTE FUNCTION public.roster_emptied();
COMMENT ON TRIGGER membership_groups_emptied ON public.membership_groups IS 'Tells the manager what other programs empty.';
CREATE TRIGGER membership_permissions_changed AFTER INSERT OR DELETE OR UPDATE ON public.membership_permissions FOR EACH ROW WHEN ((current_setting('roster.writer'::text, true) IS DISTINCT FROM 'on'::text)) EXECUTE FUNCTION public.roster_changed();
COMMENT ON TRIGGER membership_permissions_changed ON public.membership_permissions IS 'Tells the manager what other programs change.';
CREATE TRIGGER membership_permissions_emptied AFTER TRUNCATE ON public.membership_permissions FOR EACH STATEMENT EXECUTE FUNCTION public.roster_emptied();
COMMENT ON TRIGGER membership_permissions_emptied ON public.membership_permissions IS 'Tells the manager what other programs empty.';
CREATE TRIGGER membership_team_changed AFTER INSERT OR DELETE OR UPDATE ON public.membership_team FOR EACH ROW WHEN ((current_setting('roster.writer'::text, true) IS DISTINCT FROM 'on'::text)) EXECUTE FUNCTION public.roster_changed();
COMMENT ON TRIGGER membership_team_changed ON public.membership_team IS 'Tells the manager what other programs change.';
CREATE TRIGGER membership_team_emptied AFTER TRUNCATE ON public.membership_team FOR EACH STATEMENT EXECUTE FUNCTION public.roster_emptied();
COMMENT ON TRIGGER membership_team_emptied ON public.membership_team IS 'Tells the manager what other programs empty.';
CREATE TRIGGER memberships_changed AFTER INSERT OR DELETE OR UPDATE ON public.memberships FOR EACH ROW WHEN ((current_setting('roster.writer'::text, true) IS DISTINCT FROM 'on'::text)) EXECUTE FUNCTION public.roster_changed();
COMMENT ON TRIGGER memberships_changed ON public.memberships IS 'Tells the manager what other programs change.';
CREATE TRIGGER memberships_emptied AFTER TRUNCATE ON public.memberships FOR EACH STATEMENT EXECUTE FUNCTION public.roster_emptied();
COMMENT ON TRIGGER memberships_emptied ON public.memberships IS 'Tells the manager what other programs empty.';
CREATE TRIGGER presence_channels_accept BEFORE INSERT OR UPDATE ON public.presence_channels FOR EACH ROW EXECUTE FUNCTION public.presence_channels_accept();
COMMENT ON TRIGGER presence_channels_accept ON public.presence_channels IS 'Channels are switched while the person is Online or Away only.';
CREATE TRIGGER tenant_away_channels_changed AFTER INSERT OR DELETE OR UPDATE ON public.tenant_away_channels FOR EACH ROW WHEN ((current_setting('roster.writer'::text, true) IS DISTINCT FROM 'on'::text)) EXECUTE FUNCTION public.roster_changed('Tenant', 'tenant');
COMMENT ON TRIGGER tenant_away_channels_changed ON public.tenant_away_channels IS 'Tells the manager what other programs change.';
CREATE TRIGGER tenant_away_channels_emptied AFTER TRUNCATE ON public.tenant_away_channels FOR EACH STATEMENT EXECUTE FUNCTION public.roster_emptied();
COMMENT ON TRIGGER tenant_away_channels_emptied ON public.tenant_away_channels IS 'Tells the manager what other programs empty.';
CREATE TRIGGER tenant_channels_changed AFTER INSERT OR DELETE OR UPDATE ON public.tenant_channels FOR EACH ROW WHEN ((current_setting('roster.writer'::text, true) IS DISTINCT FROM 'on'::text)) EXECUTE FUNCTION public.roster_changed('Tenant', 'tenant');
COMMENT ON TRIGGER tenant_channels_changed ON public.tenant_channels IS 'Tells the manager what other programs change.';
CREATE TRIGGER tenant_channels_emptied AFTER TRUNCATE ON public.tenant_channels FOR EACH STATEMENT EXECUTE FUNCTION public.roster_emptied();
COMMENT ON TRIGGER tenant_channels_emptied ON public.tenant_channels IS 'Tells the manager what other programs empty.';
CREATE TRIGGER tenant_groups_changed AFTER INSERT OR DELETE OR UPDATE ON public.tenant_groups FOR EACH ROW WHEN ((current_setting('roster.writer'::text, true) IS DISTINCT FROM 'on'::text)) EXECUTE FUNCTION public.roster_changed('Group', 'group_name');
COMMENT ON TRIGGER tenant_groups_changed ON public.tenant_groups IS 'Tells the manager what other programs change.';
CREATE TRIGGER tenant_groups_emptied AFTER TRUNCATE ON public.tenant_groups FOR EACH STATEMENT EXECUTE FUNCTION public.roster_emptied();
COMMENT ON TRIGGER tenant_groups_emptied ON public.tenant_groups IS 'Tells the manager what other programs empty.';
CREATE TRIGGER tenants_changed AFTER INSERT OR DELETE OR UPDATE ON public.tenants FOR EACH ROW WHEN ((current_setting('roster.writer'::text, true) IS DISTINCT FROM 'on'::text)) EXECUTE FUNCTION public.roster_changed('Tenant', 'tenant');
COMMENT ON TRIGGER tenants_changed ON public.tenants IS 'Tells the manager what other programs change.';
CREATE TRIGGER tenants_emptied AFTER TRUNCATE ON public.tenants FOR EACH STATEMENT EXECUTE FUNCTION public.roster_emptied();
COMMENT ON TRIGGER tenants_emptied ON public.tenants IS 'Tells the manager what other programs empty.';
CREATE TRIGGER users_changed AFTER INSERT OR DELETE OR UPDATE ON public.users FOR EACH ROW WHEN ((current_setting('roster.writer'::text, true) IS DISTINCT FROM 'on'::text)) EXECUTE FUNCTION public.roster_changed('Person', 'user_name');
COMMENT ON TRIGGER users_changed ON public.users IS 'Tells the manager what other programs change.';
CREATE TRIGGER users_emptied AFTER TRUNCATE ON public.users FOR EACH STATEMENT EXECUTE FUNCTION public.roster_emptied();
COMMENT ON TRIGGER users_emptied ON public.users IS 'Tells the manager what other programs empty.';
ALTER TABLE ONLY public.access
    ADD CONSTRAINT access_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.capabilities
    ADD CONSTRAINT capabilities_set_fkey FOREIGN KEY (capability_set) REFERENCES public.capability_sets(capability_set) ON DELETE CASCADE;
ALTER TABLE ONLY public.grants
    ADD CONSTRAINT grants_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.group_channels
    ADD CONSTRAINT group_channels_group_fkey FOREIGN KEY (company, tenant, group_name) REFERENCES public.tenant_groups(company, tenant, group_name) ON DELETE CASCADE;
ALTER TABLE ONLY public.membership_groups
    ADD CONSTRAINT membership_groups_membership_fkey FOREIGN KEY (user_id, tenant) REFERENCES public.memberships(user_id, tenant) ON DELETE CASCADE;
ALTER TABLE ONLY public.membership_permissions
    ADD CONSTRAINT membership_permissions_membership_fkey FOREIGN KEY (user_id, tenant) REFERENCES public.memberships(user_id, tenant) ON DELETE CASCADE;
ALTER TABLE ONLY public.membership_team
    ADD CONSTRAINT membership_team_membership_fkey FOREIGN KEY (user_id, tenant) REFERENCES public.memberships(user_id, tenant) ON DELETE CASCADE;
ALTER TABLE ONLY public.memberships
    ADD CONSTRAINT memberships_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.presence_channels
    ADD CONSTRAINT presence_channels_grant_fkey FOREIGN KEY (user_id, tenant, channel) REFERENCES public.grants(user_id, tenant, channel) ON DELETE CASCADE;
ALTER TABLE ONLY public.presence
    ADD CONSTRAINT presence_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.tenant_away_channels
    ADD CONSTRAINT tenant_away_channels_tenant_fkey FOREIGN KEY (company, tenant) REFERENCES public.tenants(company, tenant) ON DELETE CASCADE;
ALTER TABLE ONLY public.tenant_channels
    ADD CONSTRAINT tenant_channels_tenant_fkey FOREIGN KEY (company, tenant) REFERENCES public.tenants(company, tenant) ON DELETE CASCADE;

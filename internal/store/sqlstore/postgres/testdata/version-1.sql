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
SET default_tablespace = '';
SET default_table_access_method = heap;
CREATE TABLE public.channel_policies (
    company text NOT NULL,
    tenant text NOT NULL,
    policy_name text NOT NULL,
    channels jsonb,
    subjects jsonb,
    online boolean NOT NULL,
    away boolean NOT NULL,
    capacity bigint,
    stamp_installation text,
    stamp_namespace text,
    stamp_kind text,
    stamp_name text,
    stamp_uid text,
    stamp_generation bigint,
    stamp_epoch bigint,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    CONSTRAINT channel_policies_key_check CHECK (((company <> ''::text) AND (tenant <> ''::text) AND (policy_name <> ''::text))),
    CONSTRAINT channel_policies_stamp_check CHECK ((((stamp_installation IS NULL) = (stamp_namespace IS NULL)) AND ((stamp_installation IS NULL) = (stamp_kind IS NULL)) AND ((stamp_installation IS NULL) = (stamp_name IS NULL))))
);
CREATE TABLE public.grants (
    user_id text NOT NULL,
    company text NOT NULL,
    tenant text NOT NULL,
    channel text NOT NULL,
    online boolean NOT NULL,
    away boolean NOT NULL,
    capacity bigint,
    causes jsonb,
    CONSTRAINT grants_key_check CHECK (((tenant <> ''::text) AND (channel <> ''::text)))
);
CREATE TABLE public.memberships (
    user_id text NOT NULL,
    company text NOT NULL,
    tenant text NOT NULL,
    active boolean NOT NULL,
    role text NOT NULL,
    others_archived_calls boolean NOT NULL,
    offline_messages boolean NOT NULL,
    live_visitors boolean NOT NULL,
    live_visitor_preview boolean NOT NULL,
    others_offline_messages boolean NOT NULL,
    after_conversation boolean NOT NULL,
    after_call boolean NOT NULL,
    given_name text,
    family_name text,
    public_name text,
    title text,
    phone_number text,
    email text,
    CONSTRAINT memberships_key_check CHECK ((tenant <> ''::text))
);
CREATE TABLE public.tenant_away_channels (
    company text NOT NULL,
    tenant text NOT NULL,
    channel text NOT NULL
);
CREATE TABLE public.tenant_channels (
    company text NOT NULL,
    tenant text NOT NULL,
    channel text NOT NULL
);
CREATE TABLE public.tenants (
    company text NOT NULL,
    tenant text NOT NULL,
    display_name text NOT NULL,
    others_messages text NOT NULL,
    unassigned_scope text NOT NULL,
    settings jsonb NOT NULL,
    retired boolean NOT NULL,
    purge_after timestamp with time zone,
    held text,
    stamp_installation text,
    stamp_namespace text,
    stamp_kind text,
    stamp_name text,
    stamp_uid text,
    stamp_generation bigint,
    stamp_epoch bigint,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    CONSTRAINT tenants_key_check CHECK (((company <> ''::text) AND (tenant <> ''::text))),
    CONSTRAINT tenants_stamp_check CHECK ((((stamp_installation IS NULL) = (stamp_namespace IS NULL)) AND ((stamp_installation IS NULL) = (stamp_kind IS NULL)) AND ((stamp_installation IS NULL) = (stamp_name IS NULL))))
);
CREATE TABLE public.users (
    id text NOT NULL,
    company text NOT NULL,
    user_name text NOT NULL,
    given_name text,
    family_name text,
    public_name text,
    title text,
    phone_number text,
    email text,
    email_key text,
    locale text,
    time_zone text,
    home_tenant text,
    active boolean NOT NULL,
    company_administrator boolean NOT NULL,
    credential_mode text NOT NULL,
    identity_provider text,
    conversation_alerts jsonb,
    message_alerts jsonb,
    purge_after timestamp with time zone,
    held text,
    stamp_installation text,
    stamp_namespace text,
    stamp_kind text,
    stamp_name text,
    stamp_uid text,
    stamp_generation bigint,
    stamp_epoch bigint,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    CONSTRAINT users_key_check CHECK (((id <> ''::text) AND (company <> ''::text) AND (user_name <> ''::text))),
    CONSTRAINT users_stamp_check CHECK ((((stamp_installation IS NULL) = (stamp_namespace IS NULL)) AND ((stamp_installation IS NULL) = (stamp_kind IS NULL)) AND ((stamp_installation IS NULL) = (stamp_name IS NULL))))
);
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
     JOIN public.users u ON ((u.id = g.user_id)))
     JOIN public.memberships m ON (((m.user_id = g.user_id) AND (m.tenant = g.tenant))))
     JOIN public.tenants t ON (((t.company = g.company) AND (t.tenant = g.tenant))))
     JOIN public.tenant_channels tc ON (((tc.company = g.company) AND (tc.tenant = g.tenant) AND (tc.channel = g.channel))))
  WHERE (u.active AND m.active AND (NOT t.retired));
CREATE TABLE public.group_channels (
    company text NOT NULL,
    tenant text NOT NULL,
    group_name text NOT NULL,
    channel text NOT NULL
);
CREATE TABLE public.membership_groups (
    user_id text NOT NULL,
    tenant text NOT NULL,
    group_name text NOT NULL,
    priority text NOT NULL
);
CREATE TABLE public.membership_permissions (
    user_id text NOT NULL,
    tenant text NOT NULL,
    permission text NOT NULL
);
CREATE TABLE public.membership_team (
    user_id text NOT NULL,
    tenant text NOT NULL,
    member text NOT NULL
);
CREATE TABLE public.schema_version (
    id integer NOT NULL,
    version_id bigint NOT NULL,
    is_applied boolean NOT NULL,
    tstamp timestamp without time zone DEFAULT now() NOT NULL
);
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
    id text NOT NULL,
    CONSTRAINT store_identity_singleton_check CHECK (singleton)
);
CREATE TABLE public.tenant_groups (
    company text NOT NULL,
    tenant text NOT NULL,
    group_name text NOT NULL,
    display_name text NOT NULL,
    description text,
    all_channels boolean NOT NULL,
    routing_strategy text NOT NULL,
    max_concurrent_per_operator bigint,
    stamp_installation text,
    stamp_namespace text,
    stamp_kind text,
    stamp_name text,
    stamp_uid text,
    stamp_generation bigint,
    stamp_epoch bigint,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    CONSTRAINT tenant_groups_key_check CHECK (((company <> ''::text) AND (tenant <> ''::text) AND (group_name <> ''::text))),
    CONSTRAINT tenant_groups_stamp_check CHECK ((((stamp_installation IS NULL) = (stamp_namespace IS NULL)) AND ((stamp_installation IS NULL) = (stamp_kind IS NULL)) AND ((stamp_installation IS NULL) = (stamp_name IS NULL))))
);
INSERT INTO public.channel_policies VALUES ('contact-centre', 'acme', 'voice', '["Phone"]', '[{"role": "Worker"}]', true, false, 2, 'production', 'contact-centre', 'Object', 'voice', 'uid', 1, NULL, '2026-11-21 20:39:39.121533+00', '2026-11-21 20:39:39.121533+00');
INSERT INTO public.grants VALUES ('71f0821e-e425-4ba9-81f6-5356bf759108', 'contact-centre', 'acme', 'Chat', true, true, NULL, '[{"kind": "Direct"}]');
INSERT INTO public.grants VALUES ('71f0821e-e425-4ba9-81f6-5356bf759108', 'contact-centre', 'acme', 'Phone', true, true, 2, '[{"kind": "Policy", "policy": "voice"}]');
INSERT INTO public.grants VALUES ('71f0821e-e425-4ba9-81f6-5356bf759108', 'contact-centre', 'globex', 'Chat', true, true, NULL, '[{"kind": "Direct"}]');
INSERT INTO public.grants VALUES ('71f0821e-e425-4ba9-81f6-5356bf759108', 'contact-centre', 'globex', 'Phone', true, true, 2, '[{"kind": "Policy", "policy": "voice"}]');
INSERT INTO public.grants VALUES ('71f0821e-e425-4ba9-81f6-5356bf759108', 'contact-centre', 'initech', 'Chat', true, true, NULL, '[{"kind": "Direct"}]');
INSERT INTO public.grants VALUES ('71f0821e-e425-4ba9-81f6-5356bf759108', 'contact-centre', 'initech', 'Phone', true, true, 2, '[{"kind": "Policy", "policy": "voice"}]');
INSERT INTO public.grants VALUES ('f73420ab-5b64-45c1-b98b-d9a315db7433', 'contact-centre', 'acme', 'Chat', true, true, NULL, '[{"kind": "Direct"}]');
INSERT INTO public.grants VALUES ('f73420ab-5b64-45c1-b98b-d9a315db7433', 'contact-centre', 'acme', 'Phone', true, true, 2, '[{"kind": "Policy", "policy": "voice"}]');
INSERT INTO public.grants VALUES ('f73420ab-5b64-45c1-b98b-d9a315db7433', 'contact-centre', 'globex', 'Chat', true, true, NULL, '[{"kind": "Direct"}]');
INSERT INTO public.grants VALUES ('f73420ab-5b64-45c1-b98b-d9a315db7433', 'contact-centre', 'globex', 'Phone', true, true, 2, '[{"kind": "Policy", "policy": "voice"}]');
INSERT INTO public.grants VALUES ('f73420ab-5b64-45c1-b98b-d9a315db7433', 'contact-centre', 'initech', 'Chat', true, true, NULL, '[{"kind": "Direct"}]');
INSERT INTO public.grants VALUES ('f73420ab-5b64-45c1-b98b-d9a315db7433', 'contact-centre', 'initech', 'Phone', true, true, 2, '[{"kind": "Policy", "policy": "voice"}]');
INSERT INTO public.membership_groups VALUES ('71f0821e-e425-4ba9-81f6-5356bf759108', 'acme', 'billing', 'Normal');
INSERT INTO public.membership_groups VALUES ('71f0821e-e425-4ba9-81f6-5356bf759108', 'globex', 'billing', 'Normal');
INSERT INTO public.membership_groups VALUES ('71f0821e-e425-4ba9-81f6-5356bf759108', 'initech', 'billing', 'Normal');
INSERT INTO public.membership_groups VALUES ('f73420ab-5b64-45c1-b98b-d9a315db7433', 'acme', 'billing', 'Normal');
INSERT INTO public.membership_groups VALUES ('f73420ab-5b64-45c1-b98b-d9a315db7433', 'globex', 'billing', 'Normal');
INSERT INTO public.membership_groups VALUES ('f73420ab-5b64-45c1-b98b-d9a315db7433', 'initech', 'billing', 'Normal');
INSERT INTO public.memberships VALUES ('71f0821e-e425-4ba9-81f6-5356bf759108', 'contact-centre', 'acme', true, 'Worker', false, false, false, false, false, false, false, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.memberships VALUES ('71f0821e-e425-4ba9-81f6-5356bf759108', 'contact-centre', 'globex', true, 'Worker', false, false, false, false, false, false, false, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.memberships VALUES ('71f0821e-e425-4ba9-81f6-5356bf759108', 'contact-centre', 'initech', true, 'Worker', false, false, false, false, false, false, false, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.memberships VALUES ('f73420ab-5b64-45c1-b98b-d9a315db7433', 'contact-centre', 'acme', true, 'Worker', false, false, false, false, false, false, false, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.memberships VALUES ('f73420ab-5b64-45c1-b98b-d9a315db7433', 'contact-centre', 'globex', true, 'Worker', false, false, false, false, false, false, false, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.memberships VALUES ('f73420ab-5b64-45c1-b98b-d9a315db7433', 'contact-centre', 'initech', true, 'Worker', false, false, false, false, false, false, false, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.schema_version VALUES (1, 0, true, '2026-11-21 20:39:39.257486');
INSERT INTO public.schema_version VALUES (2, 1, true, '2026-11-21 20:39:39.257486');
INSERT INTO public.store_identity VALUES (true, '7f7bad0b-f900-414f-85d3-c6b8e7a4752e');
INSERT INTO public.tenant_away_channels VALUES ('contact-centre', 'acme', 'Chat');
INSERT INTO public.tenant_away_channels VALUES ('contact-centre', 'globex', 'Chat');
INSERT INTO public.tenant_channels VALUES ('contact-centre', 'acme', 'Chat');
INSERT INTO public.tenant_channels VALUES ('contact-centre', 'acme', 'Phone');
INSERT INTO public.tenant_channels VALUES ('contact-centre', 'globex', 'Chat');
INSERT INTO public.tenant_channels VALUES ('contact-centre', 'globex', 'Phone');
INSERT INTO public.tenant_groups VALUES ('contact-centre', 'acme', 'billing', 'Billing', NULL, true, '', NULL, 'production', 'contact-centre', 'Object', 'billing', 'uid', 1, NULL, '2026-11-21 20:39:39.120674+00', '2026-11-21 20:39:39.120674+00');
INSERT INTO public.tenants VALUES ('contact-centre', 'acme', 'Acme', 'Allowed', 'General', '{"payments": false, "behaviour": {}, "appearance": {}, "developerAPI": false, "retentionSeconds": 0}', false, NULL, NULL, 'production', 'contact-centre', 'Object', 'acme', 'uid', 1, NULL, '2026-11-21 20:39:39.118106+00', '2026-11-21 20:39:39.118106+00');
INSERT INTO public.tenants VALUES ('contact-centre', 'globex', 'Globex', 'Allowed', 'General', '{"payments": false, "behaviour": {}, "appearance": {}, "developerAPI": false, "retentionSeconds": 0}', true, NULL, NULL, 'production', 'contact-centre', 'Object', 'globex', 'uid', 1, NULL, '2026-11-21 20:39:39.119763+00', '2026-11-21 20:39:39.119763+00');
INSERT INTO public.users VALUES ('71f0821e-e425-4ba9-81f6-5356bf759108', 'contact-centre', 'worker', NULL, NULL, 'worker', NULL, NULL, 'worker@example.com', 'worker@example.com', NULL, NULL, NULL, true, false, 'ActivationLink', NULL, NULL, NULL, NULL, NULL, 'production', 'contact-centre', 'Object', 'worker', 'uid', 1, NULL, '2026-11-21 20:39:39.122633+00', '2026-11-21 20:39:39.122633+00');
INSERT INTO public.users VALUES ('f73420ab-5b64-45c1-b98b-d9a315db7433', 'contact-centre', 'left', NULL, NULL, 'left', NULL, NULL, 'left@example.com', 'left@example.com', NULL, NULL, NULL, false, false, 'ActivationLink', NULL, NULL, NULL, NULL, NULL, 'production', 'contact-centre', 'Object', 'left', 'uid', 1, NULL, '2026-11-21 20:39:39.125178+00', '2026-11-21 20:39:39.125178+00');
SELECT pg_catalog.setval('public.schema_version_id_seq', 2, true);
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
CREATE INDEX channel_policies_stamp_idx ON public.channel_policies USING btree (stamp_installation, stamp_namespace, stamp_kind, stamp_name);
CREATE INDEX grants_company_tenant_channel_idx ON public.grants USING btree (company, tenant, channel);
CREATE INDEX memberships_company_tenant_role_idx ON public.memberships USING btree (company, tenant, role);
CREATE INDEX tenant_groups_stamp_idx ON public.tenant_groups USING btree (stamp_installation, stamp_namespace, stamp_kind, stamp_name);
CREATE INDEX tenants_stamp_idx ON public.tenants USING btree (stamp_installation, stamp_namespace, stamp_kind, stamp_name);
CREATE INDEX users_company_administrators_idx ON public.users USING btree (company) WHERE company_administrator;
CREATE INDEX users_stamp_idx ON public.users USING btree (stamp_installation, stamp_namespace, stamp_kind, stamp_name);
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
ALTER TABLE ONLY public.tenant_away_channels
    ADD CONSTRAINT tenant_away_channels_tenant_fkey FOREIGN KEY (company, tenant) REFERENCES public.tenants(company, tenant) ON DELETE CASCADE;
ALTER TABLE ONLY public.tenant_channels
    ADD CONSTRAINT tenant_channels_tenant_fkey FOREIGN KEY (company, tenant) REFERENCES public.tenants(company, tenant) ON DELETE CASCADE;

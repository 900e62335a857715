BEGIN TRANSACTION;
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
INSERT INTO "channel_policies" VALUES('contact-centre','acme','voice','["Phone"]','[{"role":"Worker"}]',1,0,2,'production','company','Object','voice','uid',1,NULL,'2026-11-21T20:40:27.837959Z','2026-11-21T20:40:27.837959Z');
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
INSERT INTO "grants" VALUES('2cb7061d-f9e4-4844-aa0e-03541a4ebca5','contact-centre','acme','Chat',1,1,NULL,'[{"kind":"Direct"}]');
INSERT INTO "grants" VALUES('2cb7061d-f9e4-4844-aa0e-03541a4ebca5','contact-centre','acme','Email',1,1,NULL,'[{"kind":"Direct"}]');
INSERT INTO "grants" VALUES('2cb7061d-f9e4-4844-aa0e-03541a4ebca5','contact-centre','acme','Phone',1,1,2,'[{"kind":"Policy","policy":"voice"}]');
INSERT INTO "grants" VALUES('2cb7061d-f9e4-4844-aa0e-03541a4ebca5','contact-centre','globex','Chat',1,1,NULL,'[{"kind":"Direct"}]');
INSERT INTO "grants" VALUES('2cb7061d-f9e4-4844-aa0e-03541a4ebca5','contact-centre','globex','Email',1,1,NULL,'[{"kind":"Direct"}]');
INSERT INTO "grants" VALUES('2cb7061d-f9e4-4844-aa0e-03541a4ebca5','contact-centre','globex','Phone',1,1,2,'[{"kind":"Policy","policy":"voice"}]');
INSERT INTO "grants" VALUES('2cb7061d-f9e4-4844-aa0e-03541a4ebca5','contact-centre','initech','Chat',1,1,NULL,'[{"kind":"Direct"}]');
INSERT INTO "grants" VALUES('2cb7061d-f9e4-4844-aa0e-03541a4ebca5','contact-centre','initech','Email',1,1,NULL,'[{"kind":"Direct"}]');
INSERT INTO "grants" VALUES('2cb7061d-f9e4-4844-aa0e-03541a4ebca5','contact-centre','initech','Phone',1,1,2,'[{"kind":"Policy","policy":"voice"}]');
INSERT INTO "grants" VALUES('fd02869a-fc32-4c97-9a61-0658e666abf9','contact-centre','acme','Chat',1,1,NULL,'[{"kind":"Direct"}]');
INSERT INTO "grants" VALUES('6de2c473-5414-44ae-8181-727603e2d8e6','contact-centre','acme','Chat',1,0,NULL,'[{"kind":"Direct"}]');
INSERT INTO "grants" VALUES('4b0e7a92-1c70-456d-9975-ae9e47b6d469','contact-centre','acme','Chat',1,1,NULL,'[{"kind":"Direct"}]');
INSERT INTO "grants" VALUES('4b0e7a92-1c70-456d-9975-ae9e47b6d469','contact-centre','acme','Email',1,1,NULL,'[{"kind":"Direct"}]');
INSERT INTO "grants" VALUES('4b0e7a92-1c70-456d-9975-ae9e47b6d469','contact-centre','acme','Phone',1,1,2,'[{"kind":"Policy","policy":"voice"}]');
INSERT INTO "grants" VALUES('4b0e7a92-1c70-456d-9975-ae9e47b6d469','contact-centre','globex','Chat',1,1,NULL,'[{"kind":"Direct"}]');
INSERT INTO "grants" VALUES('4b0e7a92-1c70-456d-9975-ae9e47b6d469','contact-centre','globex','Email',1,1,NULL,'[{"kind":"Direct"}]');
INSERT INTO "grants" VALUES('4b0e7a92-1c70-456d-9975-ae9e47b6d469','contact-centre','globex','Phone',1,1,2,'[{"kind":"Policy","policy":"voice"}]');
INSERT INTO "grants" VALUES('4b0e7a92-1c70-456d-9975-ae9e47b6d469','contact-centre','initech','Chat',1,1,NULL,'[{"kind":"Direct"}]');
INSERT INTO "grants" VALUES('4b0e7a92-1c70-456d-9975-ae9e47b6d469','contact-centre','initech','Email',1,1,NULL,'[{"kind":"Direct"}]');
INSERT INTO "grants" VALUES('4b0e7a92-1c70-456d-9975-ae9e47b6d469','contact-centre','initech','Phone',1,1,2,'[{"kind":"Policy","policy":"voice"}]');
INSERT INTO "grants" VALUES('4d27536f-eea5-4d66-b693-e021490d193e','contact-centre','acme','Chat',1,1,NULL,'[{"kind":"Direct"}]');
INSERT INTO "grants" VALUES('4d27536f-eea5-4d66-b693-e021490d193e','contact-centre','acme','Email',1,1,NULL,'[{"kind":"Direct"}]');
INSERT INTO "grants" VALUES('4d27536f-eea5-4d66-b693-e021490d193e','contact-centre','acme','Phone',1,1,2,'[{"kind":"Policy","policy":"voice"}]');
INSERT INTO "grants" VALUES('4d27536f-eea5-4d66-b693-e021490d193e','contact-centre','globex','Chat',1,1,NULL,'[{"kind":"Direct"}]');
INSERT INTO "grants" VALUES('4d27536f-eea5-4d66-b693-e021490d193e','contact-centre','globex','Email',1,1,NULL,'[{"kind":"Direct"}]');
INSERT INTO "grants" VALUES('4d27536f-eea5-4d66-b693-e021490d193e','contact-centre','globex','Phone',1,1,2,'[{"kind":"Policy","policy":"voice"}]');
INSERT INTO "grants" VALUES('4d27536f-eea5-4d66-b693-e021490d193e','contact-centre','initech','Chat',1,1,NULL,'[{"kind":"Direct"}]');
INSERT INTO "grants" VALUES('4d27536f-eea5-4d66-b693-e021490d193e','contact-centre','initech','Email',1,1,NULL,'[{"kind":"Direct"}]');
INSERT INTO "grants" VALUES('4d27536f-eea5-4d66-b693-e021490d193e','contact-centre','initech','Phone',1,1,2,'[{"kind":"Policy","policy":"voice"}]');
INSERT INTO "grants" VALUES('fc896a8a-761a-44d8-966d-2d4369f1f6e4','contact-centre','acme','Chat',1,1,NULL,'[{"kind":"Direct"}]');
INSERT INTO "grants" VALUES('fc896a8a-761a-44d8-966d-2d4369f1f6e4','contact-centre','acme','Email',1,1,NULL,'[{"kind":"Direct"}]');
INSERT INTO "grants" VALUES('fc896a8a-761a-44d8-966d-2d4369f1f6e4','contact-centre','acme','Phone',1,1,2,'[{"kind":"Policy","policy":"voice"}]');
INSERT INTO "grants" VALUES('fc896a8a-761a-44d8-966d-2d4369f1f6e4','contact-centre','globex','Chat',1,1,NULL,'[{"kind":"Direct"}]');
INSERT INTO "grants" VALUES('fc896a8a-761a-44d8-966d-2d4369f1f6e4','contact-centre','globex','Email',1,1,NULL,'[{"kind":"Direct"}]');
INSERT INTO "grants" VALUES('fc896a8a-761a-44d8-966d-2d4369f1f6e4','contact-centre','globex','Phone',1,1,2,'[{"kind":"Policy","policy":"voice"}]');
INSERT INTO "grants" VALUES('fc896a8a-761a-44d8-966d-2d4369f1f6e4','contact-centre','initech','Chat',1,1,NULL,'[{"kind":"Direct"}]');
INSERT INTO "grants" VALUES('fc896a8a-761a-44d8-966d-2d4369f1f6e4','contact-centre','initech','Email',1,1,NULL,'[{"kind":"Direct"}]');
INSERT INTO "grants" VALUES('fc896a8a-761a-44d8-966d-2d4369f1f6e4','contact-centre','initech','Phone',1,1,2,'[{"kind":"Policy","policy":"voice"}]');
INSERT INTO "grants" VALUES('4d376e1b-0e77-47fa-b61a-851b2b2a06f3','contact-centre','acme','Chat',1,1,NULL,'[{"kind":"Direct"}]');
CREATE TABLE group_channels (
    company    TEXT NOT NULL,
    tenant     TEXT NOT NULL,
    group_name TEXT NOT NULL,
    channel    TEXT NOT NULL,
    CONSTRAINT group_channels_pkey PRIMARY KEY (company, tenant, group_name, channel),
    CONSTRAINT group_channels_group_fkey FOREIGN KEY (company, tenant, group_name)
        REFERENCES tenant_groups (company, tenant, group_name) ON DELETE CASCADE
);
CREATE TABLE membership_groups (
    user_id    TEXT NOT NULL,
    tenant     TEXT NOT NULL,
    group_name TEXT NOT NULL,
    priority   TEXT NOT NULL,
    CONSTRAINT membership_groups_pkey PRIMARY KEY (user_id, tenant, group_name),
    CONSTRAINT membership_groups_membership_fkey FOREIGN KEY (user_id, tenant) REFERENCES memberships (user_id, tenant) ON DELETE CASCADE
);
INSERT INTO "membership_groups" VALUES('2cb7061d-f9e4-4844-aa0e-03541a4ebca5','acme','billing','Normal');
INSERT INTO "membership_groups" VALUES('2cb7061d-f9e4-4844-aa0e-03541a4ebca5','globex','billing','Normal');
INSERT INTO "membership_groups" VALUES('2cb7061d-f9e4-4844-aa0e-03541a4ebca5','initech','billing','Normal');
INSERT INTO "membership_groups" VALUES('fd02869a-fc32-4c97-9a61-0658e666abf9','acme','billing','Normal');
INSERT INTO "membership_groups" VALUES('fd02869a-fc32-4c97-9a61-0658e666abf9','globex','billing','Normal');
INSERT INTO "membership_groups" VALUES('fd02869a-fc32-4c97-9a61-0658e666abf9','initech','billing','Normal');
INSERT INTO "membership_groups" VALUES('6de2c473-5414-44ae-8181-727603e2d8e6','acme','billing','Normal');
INSERT INTO "membership_groups" VALUES('6de2c473-5414-44ae-8181-727603e2d8e6','globex','billing','Normal');
INSERT INTO "membership_groups" VALUES('6de2c473-5414-44ae-8181-727603e2d8e6','initech','billing','Normal');
INSERT INTO "membership_groups" VALUES('4b0e7a92-1c70-456d-9975-ae9e47b6d469','acme','billing','Normal');
INSERT INTO "membership_groups" VALUES('4b0e7a92-1c70-456d-9975-ae9e47b6d469','globex','billing','Normal');
INSERT INTO "membership_groups" VALUES('4b0e7a92-1c70-456d-9975-ae9e47b6d469','initech','billing','Normal');
INSERT INTO "membership_groups" VALUES('4d27536f-eea5-4d66-b693-e021490d193e','acme','billing','Normal');
INSERT INTO "membership_groups" VALUES('4d27536f-eea5-4d66-b693-e021490d193e','globex','billing','Normal');
INSERT INTO "membership_groups" VALUES('4d27536f-eea5-4d66-b693-e021490d193e','initech','billing','Normal');
INSERT INTO "membership_groups" VALUES('4d376e1b-0e77-47fa-b61a-851b2b2a06f3','acme','billing','Normal');
INSERT INTO "membership_groups" VALUES('4d376e1b-0e77-47fa-b61a-851b2b2a06f3','globex','billing','Normal');
INSERT INTO "membership_groups" VALUES('4d376e1b-0e77-47fa-b61a-851b2b2a06f3','initech','billing','Normal');
CREATE TABLE membership_permissions (
    user_id    TEXT NOT NULL,
    tenant     TEXT NOT NULL,
    permission TEXT NOT NULL,
    CONSTRAINT membership_permissions_pkey PRIMARY KEY (user_id, tenant, permission),
    CONSTRAINT membership_permissions_membership_fkey FOREIGN KEY (user_id, tenant) REFERENCES memberships (user_id, tenant) ON DELETE CASCADE
);
CREATE TABLE membership_team (
    user_id TEXT NOT NULL,
    tenant  TEXT NOT NULL,
    member  TEXT NOT NULL,
    CONSTRAINT membership_team_pkey PRIMARY KEY (user_id, tenant, member),
    CONSTRAINT membership_team_membership_fkey FOREIGN KEY (user_id, tenant) REFERENCES memberships (user_id, tenant) ON DELETE CASCADE
);
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
INSERT INTO "memberships" VALUES('2cb7061d-f9e4-4844-aa0e-03541a4ebca5','contact-centre','acme',1,'Worker',0,0,0,0,0,0,0,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "memberships" VALUES('2cb7061d-f9e4-4844-aa0e-03541a4ebca5','contact-centre','globex',1,'Worker',0,0,0,0,0,0,0,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "memberships" VALUES('2cb7061d-f9e4-4844-aa0e-03541a4ebca5','contact-centre','initech',1,'Worker',0,0,0,0,0,0,0,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "memberships" VALUES('fd02869a-fc32-4c97-9a61-0658e666abf9','contact-centre','acme',1,'Worker',0,0,0,0,0,0,0,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "memberships" VALUES('fd02869a-fc32-4c97-9a61-0658e666abf9','contact-centre','globex',1,'Worker',0,0,0,0,0,0,0,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "memberships" VALUES('fd02869a-fc32-4c97-9a61-0658e666abf9','contact-centre','initech',1,'Worker',0,0,0,0,0,0,0,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "memberships" VALUES('6de2c473-5414-44ae-8181-727603e2d8e6','contact-centre','acme',1,'Worker',0,0,0,0,0,0,0,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "memberships" VALUES('6de2c473-5414-44ae-8181-727603e2d8e6','contact-centre','globex',1,'Worker',0,0,0,0,0,0,0,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "memberships" VALUES('6de2c473-5414-44ae-8181-727603e2d8e6','contact-centre','initech',1,'Worker',0,0,0,0,0,0,0,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "memberships" VALUES('4b0e7a92-1c70-456d-9975-ae9e47b6d469','contact-centre','acme',1,'Worker',0,0,0,0,0,0,0,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "memberships" VALUES('4b0e7a92-1c70-456d-9975-ae9e47b6d469','contact-centre','globex',1,'Worker',0,0,0,0,0,0,0,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "memberships" VALUES('4b0e7a92-1c70-456d-9975-ae9e47b6d469','contact-centre','initech',1,'Worker',0,0,0,0,0,0,0,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "memberships" VALUES('4d27536f-eea5-4d66-b693-e021490d193e','contact-centre','acme',0,'Worker',0,0,0,0,0,0,0,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "memberships" VALUES('4d27536f-eea5-4d66-b693-e021490d193e','contact-centre','globex',1,'Worker',0,0,0,0,0,0,0,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "memberships" VALUES('4d27536f-eea5-4d66-b693-e021490d193e','contact-centre','initech',1,'Worker',0,0,0,0,0,0,0,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "memberships" VALUES('4d376e1b-0e77-47fa-b61a-851b2b2a06f3','contact-centre','acme',1,'Worker',0,0,0,0,0,0,0,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "memberships" VALUES('4d376e1b-0e77-47fa-b61a-851b2b2a06f3','contact-centre','globex',1,'Worker',0,0,0,0,0,0,0,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "memberships" VALUES('4d376e1b-0e77-47fa-b61a-851b2b2a06f3','contact-centre','initech',1,'Worker',0,0,0,0,0,0,0,NULL,NULL,NULL,NULL,NULL,NULL);
CREATE TABLE schema_version (
		id INTEGER PRIMARY KEY AUTOINCREMENT,
		version_id INTEGER NOT NULL,
		is_applied INTEGER NOT NULL,
		tstamp TIMESTAMP DEFAULT (datetime('now'))
	);
INSERT INTO "schema_version" VALUES(1,0,1,'2026-11-21 20:40:27');
INSERT INTO "schema_version" VALUES(2,1,1,'2026-11-21 20:40:27');
CREATE TABLE store_identity (
    singleton BOOLEAN NOT NULL DEFAULT TRUE,
    id        TEXT    NOT NULL,
    CONSTRAINT store_identity_pkey PRIMARY KEY (singleton),
    CONSTRAINT store_identity_singleton_check CHECK (singleton)
);
INSERT INTO "store_identity" VALUES(1,'d4a11913-8ef1-4659-a194-67046141769b');
CREATE TABLE tenant_away_channels (
    company TEXT NOT NULL,
    tenant  TEXT NOT NULL,
    channel TEXT NOT NULL,
    CONSTRAINT tenant_away_channels_pkey PRIMARY KEY (company, tenant, channel),
    CONSTRAINT tenant_away_channels_tenant_fkey FOREIGN KEY (company, tenant) REFERENCES tenants (company, tenant) ON DELETE CASCADE
);
INSERT INTO "tenant_away_channels" VALUES('contact-centre','acme','Chat');
INSERT INTO "tenant_away_channels" VALUES('contact-centre','globex','Chat');
CREATE TABLE tenant_channels (
    company TEXT NOT NULL,
    tenant  TEXT NOT NULL,
    channel TEXT NOT NULL,
    CONSTRAINT tenant_channels_pkey PRIMARY KEY (company, tenant, channel),
    CONSTRAINT tenant_channels_tenant_fkey FOREIGN KEY (company, tenant) REFERENCES tenants (company, tenant) ON DELETE CASCADE
);
INSERT INTO "tenant_channels" VALUES('contact-centre','acme','Chat');
INSERT INTO "tenant_channels" VALUES('contact-centre','acme','Phone');
INSERT INTO "tenant_channels" VALUES('contact-centre','globex','Chat');
INSERT INTO "tenant_channels" VALUES('contact-centre','globex','Phone');
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
INSERT INTO "tenant_groups" VALUES('contact-centre','acme','billing','Billing',NULL,1,'',NULL,'production','company','Object','billing','uid',1,NULL,'2026-11-21T20:40:27.837544Z','2026-11-21T20:40:27.837544Z');
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
INSERT INTO "tenants" VALUES('contact-centre','acme','Acme','Allowed','General','{"appearance":{},"behaviour":{},"payments":false,"developerAPI":false,"retentionSeconds":0}',0,NULL,NULL,'production','company','Object','acme','uid',1,NULL,'2026-11-21T20:40:27.836426Z','2026-11-21T20:40:27.836426Z');
INSERT INTO "tenants" VALUES('contact-centre','globex','Globex','Allowed','General','{"appearance":{},"behaviour":{},"payments":false,"developerAPI":false,"retentionSeconds":0}',1,NULL,NULL,'production','company','Object','globex','uid',1,NULL,'2026-11-21T20:40:27.837071Z','2026-11-21T20:40:27.837071Z');
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
INSERT INTO "users" VALUES('2cb7061d-f9e4-4844-aa0e-03541a4ebca5','contact-centre','worker',NULL,NULL,'worker',NULL,NULL,'worker@example.com','worker@example.com',NULL,NULL,NULL,1,0,'ActivationLink',NULL,NULL,NULL,NULL,NULL,'production','company','Object','worker','uid',1,NULL,'2026-11-21T20:40:27.838456Z','2026-11-21T20:40:27.838456Z');
INSERT INTO "users" VALUES('fd02869a-fc32-4c97-9a61-0658e666abf9','contact-centre','vouched',NULL,NULL,'vouched',NULL,NULL,'vouched@example.com','vouched@example.com',NULL,NULL,NULL,1,0,'IdentityProvider',NULL,NULL,NULL,NULL,NULL,'production','company','Object','vouched','uid',1,NULL,'2026-11-21T20:40:27.839965Z','2026-11-21T20:40:27.839965Z');
INSERT INTO "users" VALUES('6de2c473-5414-44ae-8181-727603e2d8e6','contact-centre','never-away',NULL,NULL,'never-away',NULL,NULL,'never-away@example.com','never-away@example.com',NULL,NULL,NULL,1,0,'ActivationLink',NULL,NULL,NULL,NULL,NULL,'production','company','Object','never-away','uid',1,NULL,'2026-11-21T20:40:27.840932Z','2026-11-21T20:40:27.840932Z');
INSERT INTO "users" VALUES('4b0e7a92-1c70-456d-9975-ae9e47b6d469','contact-centre','deactivated',NULL,NULL,'deactivated',NULL,NULL,'deactivated@example.com','deactivated@example.com',NULL,NULL,NULL,0,0,'ActivationLink',NULL,NULL,NULL,NULL,NULL,'production','company','Object','deactivated','uid',1,NULL,'2026-11-21T20:40:27.842845Z','2026-11-21T20:40:27.842845Z');
INSERT INTO "users" VALUES('4d27536f-eea5-4d66-b693-e021490d193e','contact-centre','deactivated-in-acme',NULL,NULL,'deactivated-in-acme',NULL,NULL,'deactivated-in-acme@example.com','deactivated-in-acme@example.com',NULL,NULL,NULL,1,0,'ActivationLink',NULL,NULL,NULL,NULL,NULL,'production','company','Object','deactivated-in-acme','uid',1,NULL,'2026-11-21T20:40:27.844468Z','2026-11-21T20:40:27.844468Z');
INSERT INTO "users" VALUES('fc896a8a-761a-44d8-966d-2d4369f1f6e4','contact-centre','no-member',NULL,NULL,'no-member',NULL,NULL,'no-member@example.com','no-member@example.com',NULL,NULL,NULL,1,0,'ActivationLink',NULL,NULL,NULL,NULL,NULL,'production','company','Object','no-member','uid',1,NULL,'2026-11-21T20:40:27.845481Z','2026-11-21T20:40:27.845481Z');
INSERT INTO "users" VALUES('4d376e1b-0e77-47fa-b61a-851b2b2a06f3','contact-centre','held',NULL,NULL,'held',NULL,NULL,'held@example.com','held@example.com',NULL,NULL,NULL,1,0,'ActivationLink',NULL,NULL,NULL,NULL,'Budget','production','company','Object','held','uid',1,NULL,'2026-11-21T20:40:27.846304Z','2026-11-21T20:40:27.846304Z');
CREATE INDEX tenants_stamp_idx ON tenants (stamp_installation, stamp_namespace, stamp_kind, stamp_name);
CREATE INDEX tenant_groups_stamp_idx ON tenant_groups (stamp_installation, stamp_namespace, stamp_kind, stamp_name);
CREATE INDEX channel_policies_stamp_idx ON channel_policies (stamp_installation, stamp_namespace, stamp_kind, stamp_name);
CREATE INDEX users_stamp_idx ON users (stamp_installation, stamp_namespace, stamp_kind, stamp_name);
CREATE INDEX users_company_administrators_idx ON users (company) WHERE company_administrator;
CREATE INDEX memberships_company_tenant_role_idx ON memberships (company, tenant, role);
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
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('schema_version',2);
COMMIT;

PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE schema_version (
		id INTEGER PRIMARY KEY AUTOINCREMENT,
		version_id INTEGER NOT NULL,
		is_applied INTEGER NOT NULL,
		tstamp TIMESTAMP DEFAULT (datetime('now'))
	);
INSERT INTO schema_version VALUES(1,0,1,'2026-11-21 23:37:56');
INSERT INTO schema_version VALUES(2,1,1,'2026-11-21 23:37:57');
INSERT INTO schema_version VALUES(3,2,1,'2026-11-21 23:37:57');
INSERT INTO schema_version VALUES(4,3,1,'2026-11-21 23:37:57');
INSERT INTO schema_version VALUES(5,5,1,'2026-11-21 23:37:57');
INSERT INTO schema_version VALUES(6,7,1,'2026-11-21 23:37:57');
INSERT INTO schema_version VALUES(7,8,1,'2026-11-21 23:37:57');
CREATE TABLE store_identity (
    singleton BOOLEAN NOT NULL DEFAULT TRUE,
    id        TEXT    NOT NULL,
    CONSTRAINT store_identity_pkey PRIMARY KEY (singleton),
    CONSTRAINT store_identity_singleton_check CHECK (singleton)
);
INSERT INTO store_identity VALUES(1,'38874886-0449-43ed-9570-9dadbcad4234');
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
    updated_at         TIMESTAMP WITH TIME ZONE NOT NULL, has_groups BOOLEAN NOT NULL DEFAULT FALSE,
    CONSTRAINT tenants_pkey PRIMARY KEY (company, tenant),
    CONSTRAINT tenants_key_check CHECK (company <> '' AND tenant <> ''),
    CONSTRAINT tenants_stamp_check CHECK ((stamp_installation IS NULL) = (stamp_namespace IS NULL)
        AND (stamp_installation IS NULL) = (stamp_kind IS NULL) AND (stamp_installation IS NULL) = (stamp_name IS NULL))
);
INSERT INTO tenants VALUES('contact-centre','acme','Acme','Allowed','General','{"appearance":{},"behaviour":{},"payments":false,"developerAPI":false,"retentionSeconds":0}',0,NULL,NULL,'production','company','Object','acme','uid',1,NULL,'2026-11-21T23:37:57.056770Z','2026-11-21T23:37:57.056770Z',1);
INSERT INTO tenants VALUES('contact-centre','globex','Globex','Allowed','General','{"appearance":{},"behaviour":{},"payments":false,"developerAPI":false,"retentionSeconds":0}',1,NULL,NULL,'production','company','Object','globex','uid',1,NULL,'2026-11-21T23:37:57.063852Z','2026-11-21T23:37:57.063852Z',1);
CREATE TABLE tenant_channels (
    company TEXT NOT NULL,
    tenant  TEXT NOT NULL,
    channel TEXT NOT NULL,
    CONSTRAINT tenant_channels_pkey PRIMARY KEY (company, tenant, channel),
    CONSTRAINT tenant_channels_tenant_fkey FOREIGN KEY (company, tenant) REFERENCES tenants (company, tenant) ON DELETE CASCADE
);
INSERT INTO tenant_channels VALUES('contact-centre','acme','Chat');
INSERT INTO tenant_channels VALUES('contact-centre','acme','Phone');
INSERT INTO tenant_channels VALUES('contact-centre','globex','Chat');
INSERT INTO tenant_channels VALUES('contact-centre','globex','Phone');
CREATE TABLE tenant_away_channels (
    company TEXT NOT NULL,
    tenant  TEXT NOT NULL,
    channel TEXT NOT NULL,
    CONSTRAINT tenant_away_channels_pkey PRIMARY KEY (company, tenant, channel),
    CONSTRAINT tenant_away_channels_tenant_fkey FOREIGN KEY (company, tenant) REFERENCES tenants (company, tenant) ON DELETE CASCADE
);
INSERT INTO tenant_away_channels VALUES('contact-centre','acme','Chat');
INSERT INTO tenant_away_channels VALUES('contact-centre','globex','Chat');
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
INSERT INTO tenant_groups VALUES('contact-centre','acme','billing','Billing',NULL,1,'',NULL,'production','company','Object','billing','uid',1,NULL,'2026-11-21T23:37:57.064719Z','2026-11-21T23:37:57.064719Z');
CREATE TABLE group_channels (
    company    TEXT NOT NULL,
    tenant     TEXT NOT NULL,
    group_name TEXT NOT NULL,
    channel    TEXT NOT NULL,
    CONSTRAINT group_channels_pkey PRIMARY KEY (company, tenant, group_name, channel),
    CONSTRAINT group_channels_group_fkey FOREIGN KEY (company, tenant, group_name)
        REFERENCES tenant_groups (company, tenant, group_name) ON DELETE CASCADE
);
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
INSERT INTO channel_policies VALUES('contact-centre','acme','voice','["Phone"]','[{"role":"Worker"}]',1,0,2,'production','company','Object','voice','uid',1,NULL,'2026-11-21T23:37:57.065535Z','2026-11-21T23:37:57.065535Z');
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
INSERT INTO users VALUES('94954809-cf22-439e-8324-5ac6a83d3e60','contact-centre','worker',NULL,NULL,'worker',NULL,NULL,'worker@example.com','worker@example.com',NULL,NULL,NULL,1,0,'ActivationLink',NULL,NULL,NULL,NULL,NULL,'production','company','Object','worker','uid',1,NULL,'2026-11-21T23:37:57.066395Z','2026-11-21T23:37:57.066395Z');
INSERT INTO users VALUES('faeef81e-e608-41ed-9418-82f8b03e4d2c','contact-centre','vouched',NULL,NULL,'vouched',NULL,NULL,'vouched@example.com','vouched@example.com',NULL,NULL,NULL,1,0,'IdentityProvider',NULL,NULL,NULL,NULL,NULL,'production','company','Object','vouched','uid',1,NULL,'2026-11-21T23:37:57.068381Z','2026-11-21T23:37:57.068381Z');
INSERT INTO users VALUES('0959f3e4-c828-471e-a21f-13e30ad0fdbd','contact-centre','never-away',NULL,NULL,'never-away',NULL,NULL,'never-away@example.com','never-away@example.com',NULL,NULL,NULL,1,0,'ActivationLink',NULL,NULL,NULL,NULL,NULL,'production','company','Object','never-away','uid',1,NULL,'2026-11-21T23:37:57.070214Z','2026-11-21T23:37:57.070214Z');
INSERT INTO users VALUES('28126679-a0c0-4b69-b0a2-6f6085f3d926','contact-centre','deactivated',NULL,NULL,'deactivated',NULL,NULL,'deactivated@example.com','deactivated@example.com',NULL,NULL,NULL,0,0,'ActivationLink',NULL,NULL,NULL,NULL,NULL,'production','company','Object','deactivated','uid',1,NULL,'2026-11-21T23:37:57.078570Z','2026-11-21T23:37:57.078570Z');
INSERT INTO users VALUES('9cff255d-62f1-44e8-9af8-9f25a93529b8','contact-centre','deactivated-in-acme',NULL,NULL,'deactivated-in-acme',NULL,NULL,'deactivated-in-acme@example.com','deactivated-in-acme@example.com',NULL,NULL,NULL,1,0,'ActivationLink',NULL,NULL,NULL,NULL,NULL,'production','company','Object','deactivated-in-acme','uid',1,NULL,'2026-11-21T23:37:57.082807Z','2026-11-21T23:37:57.082807Z');
INSERT INTO users VALUES('2b8056f1-fdd2-4525-99a1-470b986d3851','contact-centre','no-member',NULL,NULL,'no-member',NULL,NULL,'no-member@example.com','no-member@example.com',NULL,NULL,NULL,1,0,'ActivationLink',NULL,NULL,NULL,NULL,NULL,'production','company','Object','no-member','uid',1,NULL,'2026-11-21T23:37:57.085397Z','2026-11-21T23:37:57.085397Z');
INSERT INTO users VALUES('a81d81d2-e5c2-48b6-9e9f-b61fb0bfefbd','contact-centre','held',NULL,NULL,'held',NULL,NULL,'held@example.com','held@example.com',NULL,NULL,NULL,1,0,'ActivationLink',NULL,NULL,NULL,NULL,'Budget','production','company','Object','held','uid',1,NULL,'2026-11-21T23:37:57.092757Z','2026-11-21T23:37:57.092757Z');
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
INSERT INTO memberships VALUES('94954809-cf22-439e-8324-5ac6a83d3e60','contact-centre','acme',1,'Worker',0,0,0,0,0,0,0,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO memberships VALUES('94954809-cf22-439e-8324-5ac6a83d3e60','contact-centre','globex',1,'Worker',0,0,0,0,0,0,0,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO memberships VALUES('94954809-cf22-439e-8324-5ac6a83d3e60','contact-centre','initech',1,'Worker',0,0,0,0,0,0,0,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO memberships VALUES('faeef81e-e608-41ed-9418-82f8b03e4d2c','contact-centre','acme',1,'Worker',0,0,0,0,0,0,0,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO memberships VALUES('faeef81e-e608-41ed-9418-82f8b03e4d2c','contact-centre','globex',1,'Worker',0,0,0,0,0,0,0,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO memberships VALUES('faeef81e-e608-41ed-9418-82f8b03e4d2c','contact-centre','initech',1,'Worker',0,0,0,0,0,0,0,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO memberships VALUES('0959f3e4-c828-471e-a21f-13e30ad0fdbd','contact-centre','acme',1,'Worker',0,0,0,0,0,0,0,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO memberships VALUES('0959f3e4-c828-471e-a21f-13e30ad0fdbd','contact-centre','globex',1,'Worker',0,0,0,0,0,0,0,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO memberships VALUES('0959f3e4-c828-471e-a21f-13e30ad0fdbd','contact-centre','initech',1,'Worker',0,0,0,0,0,0,0,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO memberships VALUES('28126679-a0c0-4b69-b0a2-6f6085f3d926','contact-centre','acme',1,'Worker',0,0,0,0,0,0,0,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO memberships VALUES('28126679-a0c0-4b69-b0a2-6f6085f3d926','contact-centre','globex',1,'Worker',0,0,0,0,0,0,0,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO memberships VALUES('28126679-a0c0-4b69-b0a2-6f6085f3d926','contact-centre','initech',1,'Worker',0,0,0,0,0,0,0,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO memberships VALUES('9cff255d-62f1-44e8-9af8-9f25a93529b8','contact-centre','acme',0,'Worker',0,0,0,0,0,0,0,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO memberships VALUES('9cff255d-62f1-44e8-9af8-9f25a93529b8','contact-centre','globex',1,'Worker',0,0,0,0,0,0,0,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO memberships VALUES('9cff255d-62f1-44e8-9af8-9f25a93529b8','contact-centre','initech',1,'Worker',0,0,0,0,0,0,0,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO memberships VALUES('a81d81d2-e5c2-48b6-9e9f-b61fb0bfefbd','contact-centre','acme',1,'Worker',0,0,0,0,0,0,0,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO memberships VALUES('a81d81d2-e5c2-48b6-9e9f-b61fb0bfefbd','contact-centre','globex',1,'Worker',0,0,0,0,0,0,0,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO memberships VALUES('a81d81d2-e5c2-48b6-9e9f-b61fb0bfefbd','contact-centre','initech',1,'Worker',0,0,0,0,0,0,0,NULL,NULL,NULL,NULL,NULL,NULL);
CREATE TABLE membership_groups (
    user_id    TEXT NOT NULL,
    tenant     TEXT NOT NULL,
    group_name TEXT NOT NULL,
    priority   TEXT NOT NULL,
    CONSTRAINT membership_groups_pkey PRIMARY KEY (user_id, tenant, group_name),
    CONSTRAINT membership_groups_membership_fkey FOREIGN KEY (user_id, tenant) REFERENCES memberships (user_id, tenant) ON DELETE CASCADE
);
INSERT INTO membership_groups VALUES('94954809-cf22-439e-8324-5ac6a83d3e60','acme','billing','Normal');
INSERT INTO membership_groups VALUES('94954809-cf22-439e-8324-5ac6a83d3e60','globex','billing','Normal');
INSERT INTO membership_groups VALUES('94954809-cf22-439e-8324-5ac6a83d3e60','initech','billing','Normal');
INSERT INTO membership_groups VALUES('faeef81e-e608-41ed-9418-82f8b03e4d2c','acme','billing','Normal');
INSERT INTO membership_groups VALUES('faeef81e-e608-41ed-9418-82f8b03e4d2c','globex','billing','Normal');
INSERT INTO membership_groups VALUES('faeef81e-e608-41ed-9418-82f8b03e4d2c','initech','billing','Normal');
INSERT INTO membership_groups VALUES('0959f3e4-c828-471e-a21f-13e30ad0fdbd','acme','billing','Normal');
INSERT INTO membership_groups VALUES('0959f3e4-c828-471e-a21f-13e30ad0fdbd','globex','billing','Normal');
INSERT INTO membership_groups VALUES('0959f3e4-c828-471e-a21f-13e30ad0fdbd','initech','billing','Normal');
INSERT INTO membership_groups VALUES('28126679-a0c0-4b69-b0a2-6f6085f3d926','acme','billing','Normal');
INSERT INTO membership_groups VALUES('28126679-a0c0-4b69-b0a2-6f6085f3d926','globex','billing','Normal');
INSERT INTO membership_groups VALUES('28126679-a0c0-4b69-b0a2-6f6085f3d926','initech','billing','Normal');
INSERT INTO membership_groups VALUES('9cff255d-62f1-44e8-9af8-9f25a93529b8','acme','billing','Normal');
INSERT INTO membership_groups VALUES('9cff255d-62f1-44e8-9af8-9f25a93529b8','globex','billing','Normal');
INSERT INTO membership_groups VALUES('9cff255d-62f1-44e8-9af8-9f25a93529b8','initech','billing','Normal');
INSERT INTO membership_groups VALUES('a81d81d2-e5c2-48b6-9e9f-b61fb0bfefbd','acme','billing','Normal');
INSERT INTO membership_groups VALUES('a81d81d2-e5c2-48b6-9e9f-b61fb0bfefbd','globex','billing','Normal');
INSERT INTO membership_groups VALUES('a81d81d2-e5c2-48b6-9e9f-b61fb0bfefbd','initech','billing','Normal');
CREATE TABLE membership_team (
    user_id TEXT NOT NULL,
    tenant  TEXT NOT NULL,
    member  TEXT NOT NULL,
    CONSTRAINT membership_team_pkey PRIMARY KEY (user_id, tenant, member),
    CONSTRAINT membership_team_membership_fkey FOREIGN KEY (user_id, tenant) REFERENCES memberships (user_id, tenant) ON DELETE CASCADE
);
CREATE TABLE membership_permissions (
    user_id    TEXT NOT NULL,
    tenant     TEXT NOT NULL,
    permission TEXT NOT NULL,
    CONSTRAINT membership_permissions_pkey PRIMARY KEY (user_id, tenant, permission),
    CONSTRAINT membership_permissions_membership_fkey FOREIGN KEY (user_id, tenant) REFERENCES memberships (user_id, tenant) ON DELETE CASCADE
);
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
INSERT INTO grants VALUES('94954809-cf22-439e-8324-5ac6a83d3e60','contact-centre','acme','Chat',1,1,NULL,'[{"kind":"Direct"}]');
INSERT INTO grants VALUES('94954809-cf22-439e-8324-5ac6a83d3e60','contact-centre','acme','Email',1,1,NULL,'[{"kind":"Direct"}]');
INSERT INTO grants VALUES('94954809-cf22-439e-8324-5ac6a83d3e60','contact-centre','acme','Phone',1,1,2,'[{"kind":"Policy","name":"voice"}]');
INSERT INTO grants VALUES('94954809-cf22-439e-8324-5ac6a83d3e60','contact-centre','globex','Chat',1,1,NULL,'[{"kind":"Direct"}]');
INSERT INTO grants VALUES('94954809-cf22-439e-8324-5ac6a83d3e60','contact-centre','globex','Email',1,1,NULL,'[{"kind":"Direct"}]');
INSERT INTO grants VALUES('94954809-cf22-439e-8324-5ac6a83d3e60','contact-centre','globex','Phone',1,1,2,'[{"kind":"Policy","name":"voice"}]');
INSERT INTO grants VALUES('94954809-cf22-439e-8324-5ac6a83d3e60','contact-centre','initech','Chat',1,1,NULL,'[{"kind":"Direct"}]');
INSERT INTO grants VALUES('94954809-cf22-439e-8324-5ac6a83d3e60','contact-centre','initech','Email',1,1,NULL,'[{"kind":"Direct"}]');
INSERT INTO grants VALUES('94954809-cf22-439e-8324-5ac6a83d3e60','contact-centre','initech','Phone',1,1,2,'[{"kind":"Policy","name":"voice"}]');
INSERT INTO grants VALUES('faeef81e-e608-41ed-9418-82f8b03e4d2c','contact-centre','acme','Chat',1,1,NULL,'[{"kind":"Direct"}]');
INSERT INTO grants VALUES('0959f3e4-c828-471e-a21f-13e30ad0fdbd','contact-centre','acme','Chat',1,0,NULL,'[{"kind":"Direct"}]');
INSERT INTO grants VALUES('28126679-a0c0-4b69-b0a2-6f6085f3d926','contact-centre','acme','Chat',1,1,NULL,'[{"kind":"Direct"}]');
INSERT INTO grants VALUES('28126679-a0c0-4b69-b0a2-6f6085f3d926','contact-centre','acme','Email',1,1,NULL,'[{"kind":"Direct"}]');
INSERT INTO grants VALUES('28126679-a0c0-4b69-b0a2-6f6085f3d926','contact-centre','acme','Phone',1,1,2,'[{"kind":"Policy","name":"voice"}]');
INSERT INTO grants VALUES('28126679-a0c0-4b69-b0a2-6f6085f3d926','contact-centre','globex','Chat',1,1,NULL,'[{"kind":"Direct"}]');
INSERT INTO grants VALUES('28126679-a0c0-4b69-b0a2-6f6085f3d926','contact-centre','globex','Email',1,1,NULL,'[{"kind":"Direct"}]');
INSERT INTO grants VALUES('28126679-a0c0-4b69-b0a2-6f6085f3d926','contact-centre','globex','Phone',1,1,2,'[{"kind":"Policy","name":"voice"}]');
INSERT INTO grants VALUES('28126679-a0c0-4b69-b0a2-6f6085f3d926','contact-centre','initech','Chat',1,1,NULL,'[{"kind":"Direct"}]');
INSERT INTO grants VALUES('28126679-a0c0-4b69-b0a2-6f6085f3d926','contact-centre','initech','Email',1,1,NULL,'[{"kind":"Direct"}]');
INSERT INTO grants VALUES('28126679-a0c0-4b69-b0a2-6f6085f3d926','contact-centre','initech','Phone',1,1,2,'[{"kind":"Policy","name":"voice"}]');
INSERT INTO grants VALUES('9cff255d-62f1-44e8-9af8-9f25a93529b8','contact-centre','acme','Chat',1,1,NULL,'[{"kind":"Direct"}]');
INSERT INTO grants VALUES('9cff255d-62f1-44e8-9af8-9f25a93529b8','contact-centre','acme','Email',1,1,NULL,'[{"kind":"Direct"}]');
INSERT INTO grants VALUES('9cff255d-62f1-44e8-9af8-9f25a93529b8','contact-centre','acme','Phone',1,1,2,'[{"kind":"Policy","name":"voice"}]');
INSERT INTO grants VALUES('9cff255d-62f1-44e8-9af8-9f25a93529b8','contact-centre','globex','Chat',1,1,NULL,'[{"kind":"Direct"}]');
INSERT INTO grants VALUES('9cff255d-62f1-44e8-9af8-9f25a93529b8','contact-centre','globex','Email',1,1,NULL,'[{"kind":"Direct"}]');
INSERT INTO grants VALUES('9cff255d-62f1-44e8-9af8-9f25a93529b8','contact-centre','globex','Phone',1,1,2,'[{"kind":"Policy","name":"voice"}]');
INSERT INTO grants VALUES('9cff255d-62f1-44e8-9af8-9f25a93529b8','contact-centre','initech','Chat',1,1,NULL,'[{"kind":"Direct"}]');
INSERT INTO grants VALUES('9cff255d-62f1-44e8-9af8-9f25a93529b8','contact-centre','initech','Email',1,1,NULL,'[{"kind":"Direct"}]');
INSERT INTO grants VALUES('9cff255d-62f1-44e8-9af8-9f25a93529b8','contact-centre','initech','Phone',1,1,2,'[{"kind":"Policy","name":"voice"}]');
INSERT INTO grants VALUES('2b8056f1-fdd2-4525-99a1-470b986d3851','contact-centre','acme','Chat',1,1,NULL,'[{"kind":"Direct"}]');
INSERT INTO grants VALUES('2b8056f1-fdd2-4525-99a1-470b986d3851','contact-centre','acme','Email',1,1,NULL,'[{"kind":"Direct"}]');
INSERT INTO grants VALUES('2b8056f1-fdd2-4525-99a1-470b986d3851','contact-centre','acme','Phone',1,1,2,'[{"kind":"Policy","name":"voice"}]');
INSERT INTO grants VALUES('2b8056f1-fdd2-4525-99a1-470b986d3851','contact-centre','globex','Chat',1,1,NULL,'[{"kind":"Direct"}]');
INSERT INTO grants VALUES('2b8056f1-fdd2-4525-99a1-470b986d3851','contact-centre','globex','Email',1,1,NULL,'[{"kind":"Direct"}]');
INSERT INTO grants VALUES('2b8056f1-fdd2-4525-99a1-470b986d3851','contact-centre','globex','Phone',1,1,2,'[{"kind":"Policy","name":"voice"}]');
INSERT INTO grants VALUES('2b8056f1-fdd2-4525-99a1-470b986d3851','contact-centre','initech','Chat',1,1,NULL,'[{"kind":"Direct"}]');
INSERT INTO grants VALUES('2b8056f1-fdd2-4525-99a1-470b986d3851','contact-centre','initech','Email',1,1,NULL,'[{"kind":"Direct"}]');
INSERT INTO grants VALUES('2b8056f1-fdd2-4525-99a1-470b986d3851','contact-centre','initech','Phone',1,1,2,'[{"kind":"Policy","name":"voice"}]');
INSERT INTO grants VALUES('a81d81d2-e5c2-48b6-9e9f-b61fb0bfefbd','contact-centre','acme','Chat',1,1,NULL,'[{"kind":"Direct"}]');
CREATE TABLE writer_epochs (
    installation TEXT   NOT NULL,
    epoch        BIGINT NOT NULL,
    CONSTRAINT writer_epochs_pkey PRIMARY KEY (installation),
    CONSTRAINT writer_epochs_check CHECK (installation <> '' AND epoch > 0)
);
CREATE TABLE capability_sets (
    capability_set TEXT NOT NULL,
    CONSTRAINT capability_sets_pkey PRIMARY KEY (capability_set)
);
INSERT INTO capability_sets VALUES('40dd4891826ef750b1014431530f1b6e');
CREATE TABLE capabilities (
    capability_set TEXT NOT NULL,
    capability     TEXT NOT NULL,
    reach          TEXT NOT NULL,
    causes         JSONB,
    CONSTRAINT capabilities_pkey PRIMARY KEY (capability_set, capability),
    CONSTRAINT capabilities_set_fkey FOREIGN KEY (capability_set) REFERENCES capability_sets (capability_set) ON DELETE CASCADE,
    CONSTRAINT capabilities_key_check CHECK (capability <> '')
);
INSERT INTO capabilities VALUES('40dd4891826ef750b1014431530f1b6e','conversation.read','Scope','[{"kind":"Role","name":"Worker"}]');
INSERT INTO capabilities VALUES('40dd4891826ef750b1014431530f1b6e','stats.read','Self','[{"kind":"Role","name":"Worker"}]');
CREATE TABLE access (
    user_id                 TEXT    NOT NULL,
    company                 TEXT    NOT NULL,
    tenant                  TEXT    NOT NULL,
    role                    TEXT    NOT NULL,
    sees_all                BOOLEAN NOT NULL,
    unassigned              BOOLEAN NOT NULL,
    sessions                BOOLEAN NOT NULL,
    emails                  BOOLEAN NOT NULL,
    archived_calls          BOOLEAN NOT NULL,
    offline_messages        BOOLEAN NOT NULL,
    others_offline_messages BOOLEAN NOT NULL,
    capability_set          TEXT,
    CONSTRAINT access_pkey PRIMARY KEY (user_id, tenant),
    CONSTRAINT access_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
);
INSERT INTO access VALUES('94954809-cf22-439e-8324-5ac6a83d3e60','contact-centre','acme','Worker',0,0,0,0,0,1,0,'40dd4891826ef750b1014431530f1b6e');
INSERT INTO access VALUES('94954809-cf22-439e-8324-5ac6a83d3e60','contact-centre','globex','Worker',0,0,0,0,0,1,0,'40dd4891826ef750b1014431530f1b6e');
INSERT INTO access VALUES('94954809-cf22-439e-8324-5ac6a83d3e60','contact-centre','initech','Worker',0,0,0,0,0,1,0,'40dd4891826ef750b1014431530f1b6e');
CREATE TABLE presence (
    user_id TEXT NOT NULL,
    tenant  TEXT NOT NULL,
    state   TEXT NOT NULL,
    CONSTRAINT presence_pkey PRIMARY KEY (user_id, tenant),
    CONSTRAINT presence_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT presence_key_check CHECK (tenant <> ''),
    CONSTRAINT presence_state_check CHECK (state IN ('Online', 'Away', 'Offline'))
);
CREATE TABLE presence_channels (
    user_id     TEXT    NOT NULL,
    tenant      TEXT    NOT NULL,
    channel     TEXT    NOT NULL,
    switched_on BOOLEAN NOT NULL DEFAULT TRUE,
    CONSTRAINT presence_channels_pkey PRIMARY KEY (user_id, tenant, channel),
    CONSTRAINT presence_channels_grant_fkey FOREIGN KEY (user_id, tenant, channel)
        REFERENCES grants (user_id, tenant, channel) ON DELETE CASCADE
);
DELETE FROM sqlite_sequence;
INSERT INTO sqlite_sequence VALUES('schema_version',7);
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
JOIN users u ON u.company = g.company AND u.id = g.user_id
JOIN memberships m ON m.company = g.company AND m.user_id = g.user_id AND m.tenant = g.tenant
JOIN tenants t ON t.company = g.company AND t.tenant = g.tenant
JOIN tenant_channels tc ON tc.company = g.company AND tc.tenant = g.tenant AND tc.channel = g.channel
WHERE u.active AND m.active AND NOT t.retired;
CREATE INDEX capabilities_capability_idx ON capabilities (capability, capability_set);
CREATE INDEX access_company_tenant_set_idx ON access (company, tenant, capability_set);
CREATE TRIGGER presence_channels_insert BEFORE INSERT ON presence_channels
WHEN NOT EXISTS (
    SELECT 1 FROM presence p JOIN grants g ON g.user_id = p.user_id AND g.tenant = p.tenant
    WHERE p.user_id = NEW.user_id AND p.tenant = NEW.tenant AND p.state IN ('Online', 'Away') AND g.channel = NEW.channel
)
BEGIN
    SELECT RAISE(ABORT, 'a channel the person holds is switched, and while the person is Online or Away only');
END;
CREATE TRIGGER presence_channels_update BEFORE UPDATE ON presence_channels
WHEN NOT EXISTS (
    SELECT 1 FROM presence p JOIN grants g ON g.user_id = p.user_id AND g.tenant = p.tenant
    WHERE p.user_id = NEW.user_id AND p.tenant = NEW.tenant AND p.state IN ('Online', 'Away') AND g.channel = NEW.channel
)
BEGIN
    SELECT RAISE(ABORT, 'a channel the person holds is switched, and while the person is Online or Away only');
END;
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
COMMIT;

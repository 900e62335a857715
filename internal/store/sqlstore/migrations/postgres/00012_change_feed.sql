-- Copyright The Roster Authors.
-- SPDX-License-Identifier: Apache-2.0

-- What others change of records is told to the manager at once. A manager's own sessions set roster.writer and pay nothing for it.

-- +goose Up

-- Each side of a changed row is told by the key of its record alone; what is too long to be told is told as anything. Whoever changes a row
-- need not be let read the users.
-- +goose StatementBegin
CREATE FUNCTION roster_changed() RETURNS TRIGGER LANGUAGE plpgsql SECURITY DEFINER AS $$
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
-- +goose StatementEnd
COMMENT ON FUNCTION roster_changed() IS 'Tells the manager, on the channel roster_changes, the key of a record that another program changed.';

-- +goose StatementBegin
CREATE FUNCTION roster_emptied() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('roster_changes', json_build_object('schema', TG_TABLE_SCHEMA)::TEXT);
    RETURN NULL;
END $$;
-- +goose StatementEnd
COMMENT ON FUNCTION roster_emptied() IS 'Tells the manager, on the channel roster_changes, that any record may have changed.';

-- Whoever changes a row may look for tables elsewhere first.
-- +goose StatementBegin
DO $$
BEGIN
    EXECUTE format('ALTER FUNCTION roster_changed() SET search_path = %I, pg_temp', current_schema());
END $$;
-- +goose StatementEnd

CREATE TRIGGER tenants_changed AFTER INSERT OR UPDATE OR DELETE ON tenants FOR EACH ROW
    WHEN (current_setting('roster.writer', TRUE) IS DISTINCT FROM 'on') EXECUTE FUNCTION roster_changed('Tenant', 'tenant');
COMMENT ON TRIGGER tenants_changed ON tenants IS 'Tells the manager what other programs change.';
CREATE TRIGGER tenants_emptied AFTER TRUNCATE ON tenants FOR EACH STATEMENT EXECUTE FUNCTION roster_emptied();
COMMENT ON TRIGGER tenants_emptied ON tenants IS 'Tells the manager what other programs empty.';

CREATE TRIGGER tenant_channels_changed AFTER INSERT OR UPDATE OR DELETE ON tenant_channels FOR EACH ROW
    WHEN (current_setting('roster.writer', TRUE) IS DISTINCT FROM 'on') EXECUTE FUNCTION roster_changed('Tenant', 'tenant');
COMMENT ON TRIGGER tenant_channels_changed ON tenant_channels IS 'Tells the manager what other programs change.';
CREATE TRIGGER tenant_channels_emptied AFTER TRUNCATE ON tenant_channels FOR EACH STATEMENT EXECUTE FUNCTION roster_emptied();
COMMENT ON TRIGGER tenant_channels_emptied ON tenant_channels IS 'Tells the manager what other programs empty.';

CREATE TRIGGER tenant_away_channels_changed AFTER INSERT OR UPDATE OR DELETE ON tenant_away_channels FOR EACH ROW
    WHEN (current_setting('roster.writer', TRUE) IS DISTINCT FROM 'on') EXECUTE FUNCTION roster_changed('Tenant', 'tenant');
COMMENT ON TRIGGER tenant_away_channels_changed ON tenant_away_channels IS 'Tells the manager what other programs change.';
CREATE TRIGGER tenant_away_channels_emptied AFTER TRUNCATE ON tenant_away_channels FOR EACH STATEMENT EXECUTE FUNCTION roster_emptied();
COMMENT ON TRIGGER tenant_away_channels_emptied ON tenant_away_channels IS 'Tells the manager what other programs empty.';

CREATE TRIGGER tenant_groups_changed AFTER INSERT OR UPDATE OR DELETE ON tenant_groups FOR EACH ROW
    WHEN (current_setting('roster.writer', TRUE) IS DISTINCT FROM 'on') EXECUTE FUNCTION roster_changed('Group', 'group_name');
COMMENT ON TRIGGER tenant_groups_changed ON tenant_groups IS 'Tells the manager what other programs change.';
CREATE TRIGGER tenant_groups_emptied AFTER TRUNCATE ON tenant_groups FOR EACH STATEMENT EXECUTE FUNCTION roster_emptied();
COMMENT ON TRIGGER tenant_groups_emptied ON tenant_groups IS 'Tells the manager what other programs empty.';

CREATE TRIGGER group_channels_changed AFTER INSERT OR UPDATE OR DELETE ON group_channels FOR EACH ROW
    WHEN (current_setting('roster.writer', TRUE) IS DISTINCT FROM 'on') EXECUTE FUNCTION roster_changed('Group', 'group_name');
COMMENT ON TRIGGER group_channels_changed ON group_channels IS 'Tells the manager what other programs change.';
CREATE TRIGGER group_channels_emptied AFTER TRUNCATE ON group_channels FOR EACH STATEMENT EXECUTE FUNCTION roster_emptied();
COMMENT ON TRIGGER group_channels_emptied ON group_channels IS 'Tells the manager what other programs empty.';

CREATE TRIGGER channel_policies_changed AFTER INSERT OR UPDATE OR DELETE ON channel_policies FOR EACH ROW
    WHEN (current_setting('roster.writer', TRUE) IS DISTINCT FROM 'on') EXECUTE FUNCTION roster_changed('ChannelPolicy', 'policy_name');
COMMENT ON TRIGGER channel_policies_changed ON channel_policies IS 'Tells the manager what other programs change.';
CREATE TRIGGER channel_policies_emptied AFTER TRUNCATE ON channel_policies FOR EACH STATEMENT EXECUTE FUNCTION roster_emptied();
COMMENT ON TRIGGER channel_policies_emptied ON channel_policies IS 'Tells the manager what other programs empty.';

CREATE TRIGGER users_changed AFTER INSERT OR UPDATE OR DELETE ON users FOR EACH ROW
    WHEN (current_setting('roster.writer', TRUE) IS DISTINCT FROM 'on') EXECUTE FUNCTION roster_changed('Person', 'user_name');
COMMENT ON TRIGGER users_changed ON users IS 'Tells the manager what other programs change.';
CREATE TRIGGER users_emptied AFTER TRUNCATE ON users FOR EACH STATEMENT EXECUTE FUNCTION roster_emptied();
COMMENT ON TRIGGER users_emptied ON users IS 'Tells the manager what other programs empty.';

CREATE TRIGGER memberships_changed AFTER INSERT OR UPDATE OR DELETE ON memberships FOR EACH ROW
    WHEN (current_setting('roster.writer', TRUE) IS DISTINCT FROM 'on') EXECUTE FUNCTION roster_changed();
COMMENT ON TRIGGER memberships_changed ON memberships IS 'Tells the manager what other programs change.';
CREATE TRIGGER memberships_emptied AFTER TRUNCATE ON memberships FOR EACH STATEMENT EXECUTE FUNCTION roster_emptied();
COMMENT ON TRIGGER memberships_emptied ON memberships IS 'Tells the manager what other programs empty.';

CREATE TRIGGER membership_groups_changed AFTER INSERT OR UPDATE OR DELETE ON membership_groups FOR EACH ROW
    WHEN (current_setting('roster.writer', TRUE) IS DISTINCT FROM 'on') EXECUTE FUNCTION roster_changed();
COMMENT ON TRIGGER membership_groups_changed ON membership_groups IS 'Tells the manager what other programs change.';
CREATE TRIGGER membership_groups_emptied AFTER TRUNCATE ON membership_groups FOR EACH STATEMENT EXECUTE FUNCTION roster_emptied();
COMMENT ON TRIGGER membership_groups_emptied ON membership_groups IS 'Tells the manager what other programs empty.';

CREATE TRIGGER membership_team_changed AFTER INSERT OR UPDATE OR DELETE ON membership_team FOR EACH ROW
    WHEN (current_setting('roster.writer', TRUE) IS DISTINCT FROM 'on') EXECUTE FUNCTION roster_changed();
COMMENT ON TRIGGER membership_team_changed ON membership_team IS 'Tells the manager what other programs change.';
CREATE TRIGGER membership_team_emptied AFTER TRUNCATE ON membership_team FOR EACH STATEMENT EXECUTE FUNCTION roster_emptied();
COMMENT ON TRIGGER membership_team_emptied ON membership_team IS 'Tells the manager what other programs empty.';

CREATE TRIGGER membership_permissions_changed AFTER INSERT OR UPDATE OR DELETE ON membership_permissions FOR EACH ROW
    WHEN (current_setting('roster.writer', TRUE) IS DISTINCT FROM 'on') EXECUTE FUNCTION roster_changed();
COMMENT ON TRIGGER membership_permissions_changed ON membership_permissions IS 'Tells the manager what other programs change.';
CREATE TRIGGER membership_permissions_emptied AFTER TRUNCATE ON membership_permissions FOR EACH STATEMENT EXECUTE FUNCTION roster_emptied();
COMMENT ON TRIGGER membership_permissions_emptied ON membership_permissions IS 'Tells the manager what other programs empty.';

CREATE TRIGGER grants_changed AFTER INSERT OR UPDATE OR DELETE ON grants FOR EACH ROW
    WHEN (current_setting('roster.writer', TRUE) IS DISTINCT FROM 'on') EXECUTE FUNCTION roster_changed();
COMMENT ON TRIGGER grants_changed ON grants IS 'Tells the manager what other programs change.';
CREATE TRIGGER grants_emptied AFTER TRUNCATE ON grants FOR EACH STATEMENT EXECUTE FUNCTION roster_emptied();
COMMENT ON TRIGGER grants_emptied ON grants IS 'Tells the manager what other programs empty.';

CREATE TRIGGER access_changed AFTER INSERT OR UPDATE OR DELETE ON access FOR EACH ROW
    WHEN (current_setting('roster.writer', TRUE) IS DISTINCT FROM 'on') EXECUTE FUNCTION roster_changed();
COMMENT ON TRIGGER access_changed ON access IS 'Tells the manager what other programs change.';
CREATE TRIGGER access_emptied AFTER TRUNCATE ON access FOR EACH STATEMENT EXECUTE FUNCTION roster_emptied();
COMMENT ON TRIGGER access_emptied ON access IS 'Tells the manager what other programs empty.';

-- Who changed what and when. Triggers write it, whoever makes the change and by whatever way; nobody edits it.

CREATE TABLE commune.audit (
    audit_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL,
    actor text NOT NULL,
    account text NOT NULL,
    action text NOT NULL CHECK (action ~ '^[a-z][a-z_]*$'),
    subject_kind text NOT NULL,
    subject text NOT NULL,
    before jsonb,
    after jsonb,
    note text
);
CREATE INDEX audit_subject ON commune.audit (subject_kind, subject, audit_id);
CREATE INDEX audit_actor ON commune.audit (actor, audit_id);
CREATE INDEX audit_time ON commune.audit (at, audit_id);
COMMENT ON COLUMN commune.audit.actor IS 'who asked for it, as the program that made the change says: person:lan, token:7, cli:an';
COMMENT ON COLUMN commune.audit.account IS 'the account of the database that made the change';
COMMENT ON COLUMN commune.audit.subject IS 'its code: gia-loc, gia-loc/thon-1, gia-loc/env-001, a user name, the number of a token';
COMMENT ON COLUMN commune.audit.before IS 'only what changed; NULL for what is new';
COMMENT ON COLUMN commune.audit.note IS 'why, in the words of who asked for it';

-- The code of the subject of a row of an audited table.
CREATE FUNCTION commune.audit_subject(kind text, content jsonb) RETURNS text LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN CASE kind
        WHEN 'commune' THEN content ->> 'code'
        WHEN 'person' THEN content ->> 'username'
        WHEN 'api_token' THEN content ->> 'api_token_id'
        WHEN 'device_photo' THEN (SELECT c.code || '/' || d.code FROM commune.device AS d
            JOIN commune.commune AS c USING (commune_id) WHERE d.device_id = (content ->> 'device_id')::integer)
        WHEN 'broker_account' THEN replace(content ->> 'username', '.', '/')
        ELSE (SELECT c.code || '/' || (content ->> 'code') FROM commune.commune AS c
            WHERE c.commune_id = (content ->> 'commune_id')::integer)
    END;
END $$;

-- The members of a row as people know them: codes instead of numbers of rows.
CREATE FUNCTION commune.audit_members(content jsonb) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
DECLARE
    members jsonb := content;
BEGIN
    IF content ? 'hamlet_id' THEN
        members := members - 'hamlet_id' || jsonb_build_object('hamlet', (SELECT h.code FROM commune.hamlet AS h
            WHERE h.hamlet_id = (content ->> 'hamlet_id')::integer));
    END IF;
    IF content ? 'site_id' THEN
        members := members - 'site_id' || jsonb_build_object('site', (SELECT s.code FROM commune.site AS s
            WHERE s.site_id = (content ->> 'site_id')::integer));
    END IF;
    IF content ? 'replaces_device_id' THEN
        members := members - 'replaces_device_id' || jsonb_build_object('replaces', (SELECT d.code
            FROM commune.device AS d WHERE d.device_id = (content ->> 'replaces_device_id')::integer));
    END IF;
    IF content ? 'created_by' THEN
        members := members - 'created_by' || jsonb_build_object('created_by', (SELECT p.username
            FROM commune.person AS p WHERE p.person_id = (content ->> 'created_by')::integer));
    END IF;
    RETURN members;
END $$;

-- The first argument names columns that the trail leaves out: the numbers of rows, what follows from something else,
-- what changes with every use. The second names secrets, of which it says only that they changed.
CREATE FUNCTION commune.write_audit() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = commune, pg_temp AS $$
DECLARE
    unsaid text[] := string_to_array(TG_ARGV[0], ' ');
    secret text[] := string_to_array(coalesce(TG_ARGV[1], ''), ' ');
    old_row jsonb;
    new_row jsonb;
    old_said jsonb;
    new_said jsonb;
BEGIN
    IF TG_OP <> 'INSERT' THEN
        old_row := to_jsonb(OLD);
        old_said := old_row - unsaid;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        new_row := to_jsonb(NEW);
        new_said := new_row - unsaid;
    END IF;
    IF TG_OP = 'UPDATE' THEN
        SELECT jsonb_object_agg(o.key, o.value), jsonb_object_agg(o.key, new_said -> o.key)
        INTO old_said, new_said
        FROM jsonb_each(old_said) AS o WHERE o.value IS DISTINCT FROM new_said -> o.key;
        IF old_said IS NULL THEN
            RETURN NULL;
        END IF;
    ELSE
        old_said := jsonb_strip_nulls(old_said);
        new_said := jsonb_strip_nulls(new_said);
    END IF;
    INSERT INTO commune.audit (at, actor, account, action, subject_kind, subject, before, after, note)
    VALUES (
        now(),
        coalesce(nullif(current_setting('commune.actor', true), ''), session_user),
        session_user,
        CASE TG_OP WHEN 'INSERT' THEN 'created' WHEN 'DELETE' THEN 'deleted'
            ELSE coalesce(nullif(current_setting('commune.deed', true), ''), 'changed') END,
        TG_TABLE_NAME,
        coalesce(commune.audit_subject(TG_TABLE_NAME, coalesce(new_row, old_row)), '?'),
        commune.audit_members(commune.hide(old_said, secret)),
        commune.audit_members(commune.hide(new_said, secret)),
        nullif(current_setting('commune.note', true), ''));
    RETURN NULL;
END $$;

CREATE FUNCTION commune.hide(members jsonb, secret text[]) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN members IS NULL THEN NULL ELSE members || coalesce((SELECT jsonb_object_agg(m.key, '***')
        FROM jsonb_each(members) AS m WHERE m.key = ANY (secret) AND m.value <> 'null'), '{}') END
$$;

CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON commune.commune
    FOR EACH ROW EXECUTE FUNCTION commune.write_audit('commune_id version');
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON commune.hamlet
    FOR EACH ROW EXECUTE FUNCTION commune.write_audit('hamlet_id commune_id version');
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON commune.site
    FOR EACH ROW EXECUTE FUNCTION commune.write_audit('site_id commune_id version');
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON commune.device
    FOR EACH ROW EXECUTE FUNCTION commune.write_audit('device_id commune_id version registered_at updated_at retired_at');
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON commune.device_photo
    FOR EACH ROW EXECUTE FUNCTION commune.write_audit('device_id received_at jpeg');
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON commune.person
    FOR EACH ROW EXECUTE FUNCTION commune.write_audit(
        'person_id version created_at last_login_at', 'password_hash');
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON commune.api_token
    FOR EACH ROW EXECUTE FUNCTION commune.write_audit('created_at last_used_at', 'token_sha256');
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON commune.broker_account
    FOR EACH ROW EXECUTE FUNCTION commune.write_audit(
        'device_id wanted applied sealed_password password_waiting has_password changed_at applied_at failure');

-- Rows come from `write_audit` alone, and stay as they are: even the owner of the table is told no. The guard of what
-- is written holds in every mode of replication; that of what comes in lets a dump be restored.
CREATE FUNCTION commune.keep_audit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' AND pg_trigger_depth() > 1 THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION 'the audit trail is written by triggers alone and never changed: % is refused', TG_OP
        USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE TRIGGER audit_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON commune.audit
    FOR EACH STATEMENT EXECUTE FUNCTION commune.keep_audit();
CREATE TRIGGER audit_is_not_forged BEFORE INSERT ON commune.audit
    FOR EACH STATEMENT EXECUTE FUNCTION commune.keep_audit();
ALTER TABLE commune.audit ENABLE ALWAYS TRIGGER audit_is_kept;

-- A trigger of somebody's own on a table of his own could write what it likes with this function.
REVOKE EXECUTE ON FUNCTION commune.write_audit() FROM PUBLIC;
GRANT SELECT ON commune.audit TO commune_read, commune_registry, commune_admin;

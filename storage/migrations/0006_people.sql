-- People who sign in, machines that carry a token, and the role in which the API writes about them and the registry.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'commune_registry') THEN
        CREATE ROLE commune_registry NOLOGIN;
    END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN
    NULL; -- made by another database of this server at this very moment
END $$;

CREATE TABLE commune.person (
    person_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    username text NOT NULL UNIQUE CHECK (username ~ '^[a-z0-9][a-z0-9._@-]{1,62}$'),
    display_name text NOT NULL DEFAULT '',
    role text NOT NULL CHECK (role IN ('viewer', 'technician', 'operator', 'administrator')),
    password_hash text,
    identity_issuer text,
    identity_subject text,
    language text NOT NULL DEFAULT 'vi' CHECK (language IN ('vi', 'en')),
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    disabled_at timestamptz,
    last_login_at timestamptz,
    UNIQUE (identity_issuer, identity_subject)
);
COMMENT ON COLUMN commune.person.password_hash IS 'argon2id; NULL for one who signs in through a provider only';
COMMENT ON COLUMN commune.person.identity_subject IS 'NULL until the first sign-in through the provider';

-- Cookies are kept as SHA-256: who reads this table cannot sign in with it.
CREATE TABLE commune.session (
    token_sha256 bytea PRIMARY KEY,
    person_id integer NOT NULL REFERENCES commune.person ON DELETE CASCADE,
    created_at timestamptz NOT NULL DEFAULT now(),
    seen_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    user_agent text NOT NULL DEFAULT ''
);
CREATE INDEX session_person ON commune.session (person_id);

CREATE TABLE commune.api_token (
    api_token_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL,
    token_sha256 bytea NOT NULL UNIQUE,
    role text NOT NULL CHECK (role IN ('viewer', 'technician', 'operator', 'administrator')),
    created_by integer REFERENCES commune.person,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    last_used_at timestamptz,
    revoked_at timestamptz
);

-- Tries to sign in that failed, by the hash of an account's name or of an address. A name that nobody has is counted
-- like any other, and hashed because people type passwords where the name belongs.
CREATE TABLE commune.sign_in_failure (
    subject_sha256 bytea PRIMARY KEY,
    failures integer NOT NULL,
    last_at timestamptz NOT NULL,
    locked_until timestamptz NOT NULL
);
CREATE INDEX sign_in_failure_last_at ON commune.sign_in_failure (last_at);

-- A sign-in through a provider that is under way: what must come back, known to one browser by a cookie.
CREATE TABLE commune.provider_sign_in (
    cookie_sha256 bytea PRIMARY KEY,
    state text NOT NULL,
    nonce text NOT NULL,
    code_verifier text NOT NULL,
    next_path text NOT NULL,
    expires_at timestamptz NOT NULL
);

GRANT USAGE ON SCHEMA commune TO commune_registry;
GRANT SELECT, INSERT, UPDATE, DELETE ON commune.person, commune.session, commune.api_token, commune.sign_in_failure,
    commune.provider_sign_in TO commune_registry, commune_admin;
-- Who reads may find out who asks, and never a password's hash.
GRANT SELECT ON commune.session, commune.api_token TO commune_read;
GRANT SELECT (person_id, username, display_name, role, language, version, disabled_at) ON commune.person
    TO commune_read;

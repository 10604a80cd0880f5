-- name: role_is_there
-- Whether the server has a role.
SELECT FROM pg_roles WHERE rolname = %(role)s;

-- name: take_role_lock
-- One change of roles at a time, until the end of the transaction.
SELECT pg_advisory_xact_lock(hashtext('commune'), hashtext('roles'));

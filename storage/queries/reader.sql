-- name: reader_check
-- Whether the database answers.
SELECT 1;

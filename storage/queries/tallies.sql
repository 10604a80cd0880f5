-- name: count_readings
-- How many readings of a kind there are.
SELECT count(*) FROM {table};

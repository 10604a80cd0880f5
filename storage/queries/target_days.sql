-- name: put_target_day
-- What a target came to on a day, new or as it is now.
INSERT INTO target_day (scope, profile, target, day, value, low, high, outcome)
VALUES (%(scope)s, %(profile)s, %(target)s, %(day)s, %(value)s, %(low)s, %(high)s, %(outcome)s)
ON CONFLICT (scope, profile, target, day) DO UPDATE SET value = excluded.value, low = excluded.low,
    high = excluded.high, outcome = excluded.outcome, counted_at = now();

-- name: target_days
-- What the targets of a place came to, by plan, target and day.
SELECT profile, target, day, value, low, high, outcome
FROM target_day
WHERE scope = %(scope)s AND day >= %(since)s AND day <= %(until)s
ORDER BY profile, target, day;

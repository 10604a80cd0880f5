-- name: target_places
-- Choices: communes, and provinces, whose targets are followed.
SELECT DISTINCT commune_name AS __text, commune AS __value FROM wall.target ORDER BY 1;

-- name: target_profiles
-- Choices: the plans that are followed there; the own plan first.
SELECT CASE level WHEN 'nation' THEN 'Mục tiêu quốc gia' WHEN 'province' THEN 'Chương trình của tỉnh'
    ELSE 'Kế hoạch của xã' END AS __text, profile AS __value
FROM (SELECT DISTINCT profile, level FROM wall.target WHERE commune = '$commune') AS p
ORDER BY array_position(ARRAY['commune', 'province', 'nation'], level), 1;

-- name: target_count
-- How many targets stand so on the newest day.
SELECT count(*) AS value FROM wall.target
WHERE commune = '$commune' AND profile IN ($profile) AND is_newest AND outcome = '{outcome}';

-- name: target_overdue
-- How many targets are not reached although their deadline has passed.
SELECT count(*) AS value FROM wall.target
WHERE commune = '$commune' AND profile IN ($profile) AND is_newest AND outcome <> 'dat'
    AND deadline < (now() AT TIME ZONE 'Asia/Ho_Chi_Minh')::date;

-- name: target_counted
-- When the targets were counted last.
SELECT max(counted_at) AS value FROM wall.target WHERE commune = '$commune' AND profile IN ($profile);

-- name: targets
-- Every target as it stands on its newest day, the first deadline first.
SELECT title_vi AS "Chỉ tiêu", outcome AS "Kết luận", value AS "Giá trị", low AS "Cận dưới", high AS "Cận trên",
    CASE comparison WHEN 'at_most' THEN '≤ ' ELSE '≥ ' END || concat_ws(' ', threshold, nullif(unit, '')) AS "Mức phải đạt",
    deadline::timestamp AT TIME ZONE 'Asia/Ho_Chi_Minh' AS "Thời hạn", source AS "Văn bản",
    day::timestamp AT TIME ZONE 'Asia/Ho_Chi_Minh' AS "Tính ngày"
FROM wall.target
WHERE commune = '$commune' AND profile IN ($profile) AND is_newest
ORDER BY deadline NULLS LAST, target;

-- name: target_shares
-- How the shares went, day by day.
SELECT day::timestamp AT TIME ZONE 'Asia/Ho_Chi_Minh' AS time, concat_ws(', ', title_vi, extract(year FROM deadline))
    AS metric, max(value) AS value
FROM wall.target
WHERE $__timeFilter(day::timestamp AT TIME ZONE 'Asia/Ho_Chi_Minh') AND commune = '$commune' AND profile IN ($profile)
    AND unit = '%' AND value IS NOT NULL
GROUP BY 1, 2 ORDER BY 1, 2;

-- name: target_counts
-- How what is counted went, day by day.
SELECT day::timestamp AT TIME ZONE 'Asia/Ho_Chi_Minh' AS time, concat_ws(', ', title_vi, extract(year FROM deadline))
    AS metric, max(value) AS value
FROM wall.target
WHERE $__timeFilter(day::timestamp AT TIME ZONE 'Asia/Ho_Chi_Minh') AND commune = '$commune' AND profile IN ($profile)
    AND unit = '' AND value IS NOT NULL
GROUP BY 1, 2 ORDER BY 1, 2;

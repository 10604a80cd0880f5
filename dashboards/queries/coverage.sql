-- name: operators
-- Choices: operators that have been measured, by their names.
SELECT DISTINCT coalesce(n.name, o.operator) AS __text, o.operator AS __value
FROM (SELECT split_part(key, '/', 1) AS operator FROM wall.latest WHERE kind = 'signal_probe') AS o
LEFT JOIN (VALUES ('452-01', 'MobiFone'), ('452-02', 'VinaPhone'), ('452-04', 'Viettel'), ('452-05', 'Vietnamobile'))
    AS n (operator, name) USING (operator)
ORDER BY 1;

-- name: coverage_communes
-- Choices: communes whose cells have been judged.
SELECT DISTINCT commune_name AS __text, commune AS __value FROM wall.coverage_cell ORDER BY 1;

-- name: coverage_operators
-- Choices: operators whose cells have been judged, any of them first.
SELECT coalesce(n.name, o.operator) AS __text, o.operator AS __value
FROM (SELECT DISTINCT operator FROM wall.coverage_cell WHERE commune = '$commune') AS o
LEFT JOIN (VALUES ('any', 'Bất kỳ nhà mạng nào'), ('452-01', 'MobiFone'), ('452-02', 'VinaPhone'),
    ('452-04', 'Viettel'), ('452-05', 'Vietnamobile')) AS n (operator, name) USING (operator)
ORDER BY o.operator <> 'any', 1;

-- name: coverage_technologies
-- Choices: technologies that have been judged, the newest first.
SELECT technology AS __text, technology AS __value
FROM (SELECT DISTINCT technology FROM wall.coverage_cell WHERE commune = '$commune') AS t ORDER BY 1 DESC;

-- name: coverage_surroundings
-- Choices: outdoors and indoors.
SELECT CASE surroundings WHEN 'outdoor' THEN 'Ngoài trời' WHEN 'indoor' THEN 'Trong nhà' ELSE surroundings END
    AS __text, surroundings AS __value
FROM (SELECT DISTINCT surroundings FROM wall.coverage_cell WHERE commune = '$commune') AS s ORDER BY 1;

-- name: coverage_share
-- What share of the cells is {states}.
SELECT avg((verdict IN ({states}))::integer) AS value FROM wall.coverage_cell
WHERE commune = '$commune' AND operator = '$operator' AND technology = '$technology'
    AND surroundings = '$surroundings';

-- name: coverage_count
-- How many cells are {states}.
SELECT count(*) FILTER (WHERE verdict IN ({states})) AS value FROM wall.coverage_cell
WHERE commune = '$commune' AND operator = '$operator' AND technology = '$technology'
    AND surroundings = '$surroundings';

-- name: coverage_judged
-- When the cells were judged last.
SELECT max(judged_at) AS value FROM wall.coverage_cell
WHERE commune = '$commune' AND operator = '$operator' AND technology = '$technology'
    AND surroundings = '$surroundings';

-- name: coverage_map
-- The centre of each cell of the grid, and the verdict on it; never where a sample was taken.
SELECT latitude, longitude, cell AS "Ô H3",
    array_position(ARRAY['covered', 'insufficient', 'not_covered', 'unmeasured'], verdict) AS health,
    samples AS "Số mẫu", share AS "Tỷ lệ đạt", mean_rsrp AS "RSRP trung bình"
FROM wall.coverage_cell
WHERE commune = '$commune' AND operator = '$operator' AND technology = '$technology'
    AND surroundings = '$surroundings'
ORDER BY health, cell;

-- name: coverage_by_operator
-- What became of the cells, by operator.
SELECT coalesce(n.name, c.operator) AS "Nhà mạng", count(*) AS "Tất cả",
    count(*) FILTER (WHERE verdict = 'covered') AS "Có phủ sóng",
    count(*) FILTER (WHERE verdict = 'not_covered') AS "Không phủ sóng",
    count(*) FILTER (WHERE verdict = 'insufficient') AS "Chưa đủ mẫu",
    count(*) FILTER (WHERE verdict = 'unmeasured') AS "Chưa đo",
    avg((verdict = 'covered')::integer) AS "Ít nhất", avg((verdict <> 'not_covered')::integer) AS "Nhiều nhất"
FROM wall.coverage_cell AS c
LEFT JOIN (VALUES ('any', 'Bất kỳ'), ('452-01', 'MobiFone'), ('452-02', 'VinaPhone'), ('452-04', 'Viettel'),
    ('452-05', 'Vietnamobile')) AS n (operator, name) ON n.operator = c.operator
WHERE commune = '$commune' AND technology = '$technology' AND surroundings = '$surroundings'
GROUP BY c.operator, 1 ORDER BY c.operator <> 'any', 1;

-- name: coverage_to_drive
-- Cells on which nothing can be said yet, and those without coverage: where to go next.
SELECT cell AS "Ô H3", verdict AS "Kết luận", samples AS "Số mẫu", passed AS "Mẫu đạt", mean_rsrp AS "RSRP trung bình",
    latitude AS "Vĩ độ", longitude AS "Kinh độ"
FROM wall.coverage_cell
WHERE commune = '$commune' AND operator = '$operator' AND technology = '$technology'
    AND surroundings = '$surroundings' AND verdict <> 'covered'
ORDER BY array_position(ARRAY['not_covered', 'insufficient', 'unmeasured'], verdict), samples DESC, cell LIMIT 500;

-- name: coverage_signal
-- The mean signal of each operator by the day, over all probes of the commune.
SELECT time, coalesce(n.name, d.operator) AS metric, avg(d.ss_rsrp_mean) AS value
FROM wall.signal_probe_daily AS d
LEFT JOIN (VALUES ('452-01', 'MobiFone'), ('452-02', 'VinaPhone'), ('452-04', 'Viettel'), ('452-05', 'Vietnamobile'))
    AS n (operator, name) ON n.operator = d.operator
WHERE $__timeFilter(time) AND commune = '$commune' AND d.ss_rsrp_mean IS NOT NULL
GROUP BY 1, 2 ORDER BY 1, 2;

-- name: coverage_download
-- The mean download of each operator by the day, over all probes of the commune.
SELECT time, coalesce(n.name, d.operator) AS metric, avg(d.download_mean) AS value
FROM wall.signal_probe_daily AS d
LEFT JOIN (VALUES ('452-01', 'MobiFone'), ('452-02', 'VinaPhone'), ('452-04', 'Viettel'), ('452-05', 'Vietnamobile'))
    AS n (operator, name) ON n.operator = d.operator
WHERE $__timeFilter(time) AND commune = '$commune' AND d.download_mean IS NOT NULL
GROUP BY 1, 2 ORDER BY 1, 2;

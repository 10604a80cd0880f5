-- name: chunks_for_columnstore
-- The chunks of a kind that end before a moment, oldest first: from, to, whether their readings are columns already, and
-- whether some came since that are rows (8: partial). Those of which an hour is not rolled up yet are left out.
SELECT chunk.range_start, chunk.range_end, chunk.is_compressed,
    _timescaledb_functions.chunk_status(format('%%I.%%I', chunk_schema, chunk_name)::regclass) & 8 > 0 AS is_partial
FROM timescaledb_information.chunks AS chunk
WHERE hypertable_schema = 'commune' AND hypertable_name = %(kind)s AND range_end <= %(before)s
    AND NOT EXISTS (
        SELECT FROM rollup_note AS n
        WHERE n.kind = %(kind)s AND n.hour >= chunk.range_start AND n.hour < chunk.range_end)
ORDER BY range_start;

-- name: chunk_bytes
-- How many bytes a chunk of a kind takes with its indexes, be its readings rows or columns.
SELECT coalesce(sum(total_bytes), 0)::bigint FROM timescaledb_information.chunks AS chunk
JOIN chunks_detailed_size(format('commune.%%I', %(kind)s::text)::regclass) AS size USING (chunk_schema, chunk_name)
WHERE hypertable_schema = 'commune' AND hypertable_name = %(kind)s AND range_start = %(start)s;

-- name: compress_chunk
-- Make columns of the readings of a kind between two moments, which bound a chunk.
SELECT commune.compress_chunk(%(kind)s, %(start)s, %(end)s);

-- name: columnstore_state
-- How many chunks each kind has, how many of them are columns, and in how many of these some readings are rows again.
SELECT hypertable_name::text AS kind, count(*) AS chunks, count(*) FILTER (WHERE is_compressed) AS columnar,
    count(*) FILTER (WHERE _timescaledb_functions.chunk_status(
        format('%I.%I', chunk_schema, chunk_name)::regclass) & 8 > 0) AS partial
FROM timescaledb_information.chunks WHERE hypertable_schema = 'commune'
GROUP BY 1 ORDER BY 1;

-- name: can_compress
-- Whether this database has the function by which maintenance makes columns of a chunk.
SELECT to_regprocedure('commune.compress_chunk(text, timestamptz, timestamptz)') IS NOT NULL;

-- name: create_compress_chunk
-- Make columns of the readings of one chunk of a kind's hypertable; of a chunk that has columns already, the rows that came
-- since go among them. Only the owner may, and maintenance is not the owner. It is there on every edition, and works where
-- there is a columnstore.
CREATE FUNCTION commune.compress_chunk(of_kind text, starts timestamptz, ends timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = commune, public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM commune.kind WHERE name = of_kind) THEN
        RAISE EXCEPTION 'no such kind: %', of_kind;
    END IF;
    PERFORM public.compress_chunk(chunk, if_not_compressed => true)
    FROM public.show_chunks(format('commune.%I', of_kind)::regclass, older_than => ends, newer_than => starts) AS chunk;
END $$;
REVOKE EXECUTE ON FUNCTION commune.compress_chunk FROM PUBLIC;
GRANT EXECUTE ON FUNCTION commune.compress_chunk TO commune_admin;

-- Rollups: which hours are to be computed anew, how far back the readings themselves are kept, and the arithmetic of
-- counters and states. The tables of the rollups themselves come from the catalogue.

-- An hour of a kind of which something was written since its rollup was computed. A writer has a row of its own (its
-- process on the server), so that writers never wait for each other; the row says which transaction was the last, so
-- that maintenance deletes only what it has seen.
CREATE TABLE commune.rollup_note (
    kind text NOT NULL,
    hour timestamptz NOT NULL,
    writer integer NOT NULL,
    noted_by xid8 NOT NULL,
    PRIMARY KEY (kind, hour, writer)
) WITH (fillfactor = 50);
COMMENT ON TABLE commune.rollup_note IS 'hours whose rollup is out of date: the views compute them from the readings';

-- What was deleted with age. A kind without a row keeps everything.
CREATE TABLE commune.rollup_horizon (
    kind text PRIMARY KEY REFERENCES commune.kind,
    raw_from timestamptz NOT NULL DEFAULT '-infinity',
    hourly_from timestamptz NOT NULL DEFAULT '-infinity',
    CHECK (hourly_from <= raw_from)
);
COMMENT ON COLUMN commune.rollup_horizon.raw_from IS 'readings before this were deleted: their hours are final';
COMMENT ON COLUMN commune.rollup_horizon.hourly_from IS 'hours before this were deleted: their days are final';

ALTER TABLE commune.ledger ADD COLUMN readings_deleted bigint NOT NULL DEFAULT 0;
COMMENT ON COLUMN commune.ledger.readings_deleted IS 'of readings_stored: readings that retention has deleted';

-- What a fall takes from a counter's difference: the whole register where it rolled over (a register of a known size,
-- and the rise through zero is the shorter way), else what it stood at, for it began anew from zero.
CREATE FUNCTION commune.counter_fall(earlier double precision, later double precision, register double precision)
RETURNS double precision LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
    WHEN later >= earlier THEN 0
    WHEN earlier < register AND later - earlier + register <= register / 2 THEN register
    ELSE earlier
END;

-- The sum of the falls between the end of each stretch and the beginning of the next one. The rule is written out again:
-- whoever reads the wall alone may not look up functions by name, which a body in PL/pgSQL does.
CREATE FUNCTION commune.counter_lost(
    firsts double precision[], lasts double precision[], register double precision) RETURNS double precision
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    total double precision := 0;
    earlier double precision;
    later double precision;
BEGIN
    FOR place IN 2 .. coalesce(cardinality(firsts), 0) LOOP
        earlier := lasts[place - 1];
        later := firsts[place];
        IF later < earlier THEN
            IF earlier < register AND later - earlier + register <= register / 2 THEN
                total := total + register;
            ELSE
                total := total + earlier;
            END IF;
        END IF;
    END LOOP;
    RETURN total;
END $$;

-- How often a state differs from what it was at the end of the stretch before.
CREATE FUNCTION commune.state_changes(firsts boolean[], lasts boolean[]) RETURNS integer
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    total integer := 0;
BEGIN
    FOR place IN 2 .. coalesce(cardinality(firsts), 0) LOOP
        IF firsts[place] <> lasts[place - 1] THEN
            total := total + 1;
        END IF;
    END LOOP;
    RETURN total;
END $$;

-- Seconds between stretches of which the last reading before speaks, at most `longest` each: all, or those that are true.
CREATE FUNCTION commune.state_seconds(
    lasts boolean[], last_times timestamptz[], first_times timestamptz[], longest double precision, only_true boolean)
RETURNS double precision LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    total double precision := 0;
BEGIN
    FOR place IN 2 .. coalesce(cardinality(lasts), 0) LOOP
        IF lasts[place - 1] OR NOT only_true THEN
            total := total + least(longest, extract(epoch FROM first_times[place] - last_times[place - 1]));
        END IF;
    END LOOP;
    RETURN total;
END $$;

-- Seconds of a stretch, from `begins` on, of which a reading before it still speaks until its own first one.
CREATE FUNCTION commune.state_carried(
    spoken timestamptz, longest double precision, begins timestamptz, first_time timestamptz) RETURNS double precision
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN greatest(0, extract(epoch FROM
    least(spoken + longest * interval '1 second', first_time) - greatest(spoken, begins)));

-- Seconds of which the last reading of a stretch speaks, until the stretch `ends`.
CREATE FUNCTION commune.state_held(last_time timestamptz, longest double precision, ends timestamptz)
RETURNS double precision LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN least(longest, extract(epoch FROM ends - last_time));

-- Delete the readings of one chunk of a kind's hypertable: only the owner may, and maintenance is not the owner.
CREATE FUNCTION commune.drop_chunk(of_kind text, starts timestamptz, ends timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = commune, public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM commune.kind WHERE name = of_kind) THEN
        RAISE EXCEPTION 'no such kind: %', of_kind;
    END IF;
    PERFORM public.drop_chunks(format('commune.%I', of_kind)::regclass, older_than => ends, newer_than => starts);
END $$;
REVOKE EXECUTE ON FUNCTION commune.drop_chunk FROM PUBLIC;
GRANT EXECUTE ON FUNCTION commune.drop_chunk TO commune_admin;

GRANT SELECT, INSERT, UPDATE, DELETE ON commune.rollup_note, commune.rollup_horizon TO commune_admin;
GRANT SELECT ON commune.rollup_note, commune.rollup_horizon TO commune_read;
GRANT SELECT, INSERT, UPDATE ON commune.rollup_note TO commune_ingest, commune_repair;

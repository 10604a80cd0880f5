-- Coverage: what each day of signal samples leaves behind, which days are to be counted anew, and the last verdict on
-- each cell for the wall.

-- A day (UTC+7) of which signal samples were written since it was counted. Written by a trigger on the notes of rollups,
-- in the transaction of the samples themselves and in a row of the writer's own: see commune.rollup_note.
CREATE TABLE commune.coverage_note (
    day date NOT NULL,
    writer integer NOT NULL,
    noted_by xid8 NOT NULL,
    PRIMARY KEY (day, writer)
) WITH (fillfactor = 50);
COMMENT ON TABLE commune.coverage_note IS 'days whose signal samples are to be counted anew';

CREATE FUNCTION commune.note_coverage() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = commune, pg_temp AS $$
BEGIN
    INSERT INTO commune.coverage_note (day, writer, noted_by)
    VALUES ((NEW.hour AT TIME ZONE 'UTC' + interval '7 hours')::date, NEW.writer, NEW.noted_by)
    ON CONFLICT (day, writer) DO UPDATE SET noted_by = excluded.noted_by;
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION commune.note_coverage() FROM PUBLIC;
CREATE TRIGGER coverage AFTER INSERT OR UPDATE ON commune.rollup_note FOR EACH ROW
    WHEN (NEW.kind = 'signal_probe') EXECUTE FUNCTION commune.note_coverage();

-- A day of a commune that was counted, by which numbers of the method.
CREATE TABLE commune.coverage_day (
    commune_id integer NOT NULL REFERENCES commune.commune,
    day date NOT NULL,
    rules text NOT NULL,
    counted_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (commune_id, day)
);
COMMENT ON COLUMN commune.coverage_day.rules IS 'fingerprint of the numbers that the count depends on';

-- Of each day, fine cell, operator and surroundings the sample with the least lot, and the one with the least lot of
-- those with a test of the service; mostly they are one and the same.
CREATE TABLE commune.coverage_pick (
    commune_id integer NOT NULL,
    day date NOT NULL,
    fine bigint NOT NULL,
    operator text NOT NULL,
    indoors boolean NOT NULL,
    signal boolean NOT NULL,
    service boolean NOT NULL,
    lot bigint NOT NULL,
    time timestamptz NOT NULL,
    technology text NOT NULL,
    in_vehicle boolean NOT NULL,
    ss_rsrp double precision,
    ss_sinr double precision,
    rsrp double precision,
    sinr double precision,
    download double precision,
    access_ok boolean,
    PRIMARY KEY (commune_id, day, fine, operator, indoors, signal),
    CHECK (signal OR service),
    FOREIGN KEY (commune_id, day) REFERENCES commune.coverage_day ON DELETE CASCADE
);
COMMENT ON COLUMN commune.coverage_pick.fine IS 'H3 cell of resolution 11, 50 m from one to the next';
COMMENT ON COLUMN commune.coverage_pick.signal IS 'drawn among all samples';
COMMENT ON COLUMN commune.coverage_pick.service IS 'drawn among the samples with a test of the service';

CREATE TABLE commune.coverage_cell_day (
    commune_id integer NOT NULL,
    day date NOT NULL,
    cell bigint NOT NULL,
    operator text NOT NULL,
    indoors boolean NOT NULL,
    samples bigint NOT NULL,
    slots bigint NOT NULL,
    nr_samples bigint NOT NULL,
    nr_moving bigint NOT NULL,
    downloads bigint NOT NULL,
    download_sum double precision NOT NULL,
    fast bigint NOT NULL,
    uploads bigint NOT NULL,
    upload_sum double precision NOT NULL,
    latencies bigint NOT NULL,
    latency_sum double precision NOT NULL,
    accesses bigint NOT NULL,
    failures bigint NOT NULL,
    PRIMARY KEY (commune_id, day, cell, operator, indoors),
    FOREIGN KEY (commune_id, day) REFERENCES commune.coverage_day ON DELETE CASCADE
);
COMMENT ON COLUMN commune.coverage_cell_day.cell IS 'H3 cell of resolution 9';
COMMENT ON COLUMN commune.coverage_cell_day.slots IS 'distinct slots of 15 minutes in which there are samples';

CREATE TABLE commune.coverage_left_out (
    commune_id integer NOT NULL,
    day date NOT NULL,
    operator text NOT NULL,
    cause text NOT NULL,
    samples bigint NOT NULL,
    PRIMARY KEY (commune_id, day, operator, cause),
    FOREIGN KEY (commune_id, day) REFERENCES commune.coverage_day ON DELETE CASCADE
);

-- The last verdict on each cell, for dashboards; reports are made from the counts themselves.
CREATE TABLE commune.coverage_verdict (
    commune_id integer NOT NULL REFERENCES commune.commune,
    operator text NOT NULL,
    technology text NOT NULL,
    surroundings text NOT NULL,
    cell text NOT NULL,
    latitude double precision NOT NULL,
    longitude double precision NOT NULL,
    state text NOT NULL CHECK (state IN ('covered', 'not_covered', 'insufficient', 'unmeasured')),
    samples integer NOT NULL,
    passed integer NOT NULL,
    mean_rsrp double precision,
    first_day date NOT NULL,
    last_day date NOT NULL,
    judged_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (commune_id, operator, technology, surroundings, cell)
);
COMMENT ON COLUMN commune.coverage_verdict.operator IS 'MCC-MNC, or any';

-- What is there already is to be counted.
INSERT INTO commune.coverage_note (day, writer, noted_by)
SELECT DISTINCT (hour AT TIME ZONE 'UTC' + interval '7 hours')::date, 0, pg_current_xact_id()
FROM commune.rollup_note WHERE kind = 'signal_probe';
DO $$
BEGIN
    IF to_regclass('commune.rollup_signal_probe_hour') IS NOT NULL THEN
        INSERT INTO commune.coverage_note (day, writer, noted_by)
        SELECT DISTINCT (time AT TIME ZONE 'UTC' + interval '7 hours')::date, 0, pg_current_xact_id()
        FROM commune.rollup_signal_probe_hour
        ON CONFLICT DO NOTHING;
    END IF;
END $$;

GRANT SELECT, INSERT, UPDATE, DELETE ON commune.coverage_note, commune.coverage_day, commune.coverage_pick,
    commune.coverage_cell_day, commune.coverage_left_out, commune.coverage_verdict TO commune_admin;
GRANT SELECT ON commune.coverage_note, commune.coverage_day, commune.coverage_pick, commune.coverage_cell_day,
    commune.coverage_left_out, commune.coverage_verdict TO commune_read;

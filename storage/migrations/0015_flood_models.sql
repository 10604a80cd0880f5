-- What each gauge has taught: how much its water rises within the next hours after so much rain and so fast a rise.

CREATE TABLE commune.flood_model (
    device_id integer PRIMARY KEY REFERENCES commune.device,
    weights double precision[] NOT NULL,
    error_cm double precision NOT NULL CHECK (error_cm >= 0),
    fitted_from timestamptz NOT NULL,
    fitted_until timestamptz NOT NULL,
    fitted_at timestamptz NOT NULL DEFAULT now(),
    level_cm double precision,
    floods integer NOT NULL DEFAULT 0,
    hits integer NOT NULL DEFAULT 0,
    false_alarms integer NOT NULL DEFAULT 0,
    lead_hours double precision,
    CHECK (fitted_until > fitted_from AND hits BETWEEN 0 AND floods)
);
COMMENT ON TABLE commune.flood_model IS 'the forecast of each gauge (alerts/forecast.py), and how well it did on the past';
COMMENT ON COLUMN commune.flood_model.weights IS 'cm for each feature, in the order of alerts/forecast.py, the last one always';
COMMENT ON COLUMN commune.flood_model.level_cm IS 'the alarm level that hits and false alarms are about; NULL: none was set';
COMMENT ON COLUMN commune.flood_model.lead_hours IS 'median time between the warning and the flood';

GRANT SELECT, INSERT, UPDATE, DELETE ON commune.flood_model TO commune_admin;
GRANT SELECT ON commune.flood_model TO commune_read;

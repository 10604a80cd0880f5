-- A manifest: what one run of the simulators sent, what was done to it, and what must become of it.
-- SQLite. Times are Unix seconds of simulated time where they are called `due`, else Unix microseconds.

PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;

CREATE TABLE run (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

-- Every registered device of the run.
-- `interval` in seconds and `place` (the feeder or hamlet with which it falls silent) where alerts are to be foretold.
CREATE TABLE device (code TEXT PRIMARY KEY, kind TEXT NOT NULL, interval INTEGER, place TEXT) WITHOUT ROWID;

CREATE TABLE topic (topic_id INTEGER PRIMARY KEY, topic TEXT NOT NULL UNIQUE);

-- Every message in the order of sending. `fate`: stored, duplicate, dead_letter as the loss ledger counts it, or lost.
-- `answer`: 1 the broker accepted it, 0 it refused it, NULL no answer is known. `again`: how often it was sent once more
-- because the connection was lost before the answer. A message by_will is published by the broker. `arrival` is the Unix
-- second of the run's own clock at which it is received.
CREATE TABLE message (
    number INTEGER PRIMARY KEY,
    due INTEGER NOT NULL,
    topic_id INTEGER NOT NULL,
    payload BLOB NOT NULL,
    by_will INTEGER NOT NULL,
    fate TEXT NOT NULL,
    answer INTEGER,
    again INTEGER NOT NULL DEFAULT 0,
    arrival REAL NOT NULL
);

-- Which faults have changed which message.
CREATE TABLE struck (number INTEGER NOT NULL, fault TEXT NOT NULL, PRIMARY KEY (number, fault)) WITHOUT ROWID;

-- Every reading that is taken in: stored, merged or duplicate; one in conflict is set aside. `time` is what the device
-- says; `source` is 0 where it is believed, 1 where none is sent, 2 where it is ahead and only kept beside the reading.
CREATE TABLE reading (
    number INTEGER NOT NULL,
    place INTEGER NOT NULL,
    device TEXT NOT NULL,
    key TEXT NOT NULL,
    source INTEGER NOT NULL,
    time INTEGER,
    seq INTEGER,
    "values" TEXT NOT NULL,
    fate TEXT NOT NULL,
    PRIMARY KEY (number, place)
) WITHOUT ROWID;
CREATE INDEX reading_identity ON reading (device, key, time) WHERE source = 0;

-- Every status and event that is taken in; `word` is online, offline, or the event's name.
CREATE TABLE note (
    number INTEGER PRIMARY KEY,
    device TEXT NOT NULL,
    channel TEXT NOT NULL,
    word TEXT NOT NULL,
    source INTEGER NOT NULL,
    time INTEGER,
    detail TEXT NOT NULL,
    fate TEXT NOT NULL
);
CREATE INDEX note_identity ON note (device, channel, time) WHERE source = 0;

-- Everything that is set aside, at its level.
CREATE TABLE letter (number INTEGER NOT NULL, level TEXT NOT NULL, reason TEXT NOT NULL, place INTEGER, field TEXT);

-- A history written past the broker: of each device and local day (days since 1970, UTC+7) how many readings, and the
-- sums of each field by which they are known (simulators/tallies.py), as JSON.
CREATE TABLE history (
    device TEXT NOT NULL,
    kind TEXT NOT NULL,
    day INTEGER NOT NULL,
    readings INTEGER NOT NULL,
    sums TEXT NOT NULL,
    PRIMARY KEY (device, day)
) WITHOUT ROWID;

-- What is set for a device, by which the run is judged: the flood levels of its gauge.
CREATE TABLE threshold (rule TEXT NOT NULL, device TEXT NOT NULL, value REAL NOT NULL, PRIMARY KEY (rule, device))
WITHOUT ROWID;

-- The forecast of a gauge: cm for each of its features, in their order.
CREATE TABLE weight (device TEXT NOT NULL, place INTEGER NOT NULL, value REAL NOT NULL, PRIMARY KEY (device, place))
WITHOUT ROWID;

-- Restarts of the broker, in Unix seconds of the run's own clock.
CREATE TABLE restart (at INTEGER PRIMARY KEY);

-- Alerts that must open and close, in Unix seconds of the run's own clock; `closed` NULL: open at the end. One that is
-- not certain may be there, and need not; its times may differ by `slack` seconds. `members` is a list in JSON.
CREATE TABLE alert (
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    opened REAL NOT NULL,
    closed REAL,
    members TEXT NOT NULL,
    certain INTEGER NOT NULL,
    slack REAL NOT NULL
);

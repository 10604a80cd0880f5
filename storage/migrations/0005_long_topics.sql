-- A topic may have 65,535 bytes and a row of an index 2,704: a message of a longer topic could never be set aside, and
-- everything behind it waited. What is asked for is the order of the open letters; strangers have an index of their own.
DROP INDEX commune.dead_letter_open;
CREATE INDEX dead_letter_open ON commune.dead_letter (dead_letter_id) WHERE state = 'open';

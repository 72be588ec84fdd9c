-- What an event's payload may weigh: as much as its text, which is what has to be read.
--
-- A value that was stored elsewhere comes as it was compressed there, and a number written as 1e131071 is a few bytes
-- whose text is a hundred thousand: claims read that text, so one such row would keep everybody from claiming.
-- A small plain value needs no look: the longest text of two kilobytes is below the bound. Only new rows are held to it, and
-- with them what fiscal.enqueue finds to contradict an event, since it is tried as a row first.
ALTER TABLE fiscal.outbox DROP CONSTRAINT outbox_payload_size;
ALTER TABLE fiscal.outbox ADD CONSTRAINT outbox_payload_size CHECK (
    pg_column_size(payload) <= 2048 AND pg_column_compression(payload) IS NULL
    OR octet_length(payload::text) <= 16777216) NOT VALID;

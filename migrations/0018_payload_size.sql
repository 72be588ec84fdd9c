-- What an event's payload may weigh: far more than any order, and little enough for whoever has to read it.
--
-- Only new rows are held to it: none of the old ones is looked at.
ALTER TABLE fiscal.outbox ADD CONSTRAINT outbox_payload_size CHECK (pg_column_size(payload) <= 16777216) NOT VALID;

DROP TABLE IF EXISTS fiscal_relay_outbox;

DROP TABLE IF EXISTS fiscal_relay_state;

-- What was heard first is counted first. By itself: whoever counts holds locks on both tables, refunds first.
CREATE INDEX stock_heard_at ON fiscal.stock_heard (heard_at);

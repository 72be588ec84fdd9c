<?php

declare(strict_types=1);

namespace Fiscal\Relay\Relay;

final class InsertStatement
{
    /**
     * Inserts one event, unless it is known by its key. What its payload is worth, PostgreSQL alone decides: a large
     * one is not taken apart here.
     *
     * @param list<string> $values placeholders, or quoted literals, of WaitingRow::values()
     */
    public static function one(array $values): string
    {
        [$shop, $kind, $key, $subject, $payload, $occurredAt] = $values;

        return 'INSERT INTO fiscal.outbox (shop, kind, event_key, subject, payload, occurred_at)'
            . " VALUES ($shop, $kind, $key, $subject, {$payload}::jsonb, {$occurredAt}::timestamptz)"
            . ' ON CONFLICT DO NOTHING';
    }

    /**
     * Inserts the events of a JSON list in its order, those known by their key left out.
     *
     * @param string $list a placeholder, or a quoted literal
     */
    public static function of(string $list): string
    {
        return 'INSERT INTO fiscal.outbox (shop, kind, event_key, subject, payload, occurred_at)'
            . ' SELECT e.shop, e.kind, e.event_key, e.subject, e.payload, e.occurred_at'
            . " FROM ROWS FROM (jsonb_to_recordset({$list}::jsonb) AS (shop text, kind text, event_key text,"
            . ' subject text, payload jsonb, occurred_at timestamptz)) WITH ORDINALITY'
            . ' AS e(shop, kind, event_key, subject, payload, occurred_at, place)'
            . ' ORDER BY e.place ON CONFLICT DO NOTHING';
    }
}

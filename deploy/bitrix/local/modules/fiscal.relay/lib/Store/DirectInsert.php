<?php

declare(strict_types=1);

namespace Fiscal\Relay\Store;

use Bitrix\Main\DB\Connection;

/** Where the shop lives in the relay's PostgreSQL: one statement writes both outboxes, so neither is ever ahead. */
final class DirectInsert
{
    /**
     * @return bool whether it is news
     */
    public static function both(Connection $connection, Fact $fact, ?int $sequence, string $source): bool
    {
        return Savepoint::around($connection, static function () use ($connection, $fact, $sequence, $source): bool {
            $row = Outbox::row($connection, $fact, $sequence, $source, true);
            $connection->queryExecute(
                'WITH fresh AS (INSERT INTO ' . Outbox::TABLE . ' (' . implode(', ', array_keys($row)) . ')'
                . ' VALUES (' . implode(', ', $row) . ') ON CONFLICT DO NOTHING'
                . ' RETURNING shop, kind, event_key, subject, payload, occurred_at)'
                . ' INSERT INTO fiscal.outbox (shop, kind, event_key, subject, payload, occurred_at)'
                . ' SELECT shop, kind, event_key, subject, payload::jsonb, occurred_at::timestamptz FROM fresh'
                . ' ON CONFLICT DO NOTHING'
            );

            return $connection->getAffectedRowsCount() > 0;
        });
    }
}

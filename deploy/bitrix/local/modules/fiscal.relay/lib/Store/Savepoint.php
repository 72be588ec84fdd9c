<?php

declare(strict_types=1);

namespace Fiscal\Relay\Store;

use Bitrix\Main\DB\Connection;

/**
 * Keeps a failure of ours out of a transaction of the shop's.
 *
 * On PostgreSQL a failed statement spoils the whole transaction, so inside one we work behind a savepoint. Whether one
 * is open is asked of the connection itself: Bitrix counts only those that it opened.
 */
final class Savepoint
{
    /**
     * @template T
     * @param callable(): T $work
     * @return T
     */
    public static function around(Connection $connection, callable $work): mixed
    {
        if (!self::isNeeded($connection)) {
            return $work();
        }
        $connection->queryExecute('SAVEPOINT fiscal_relay');
        try {
            $result = $work();
        } catch (\Throwable $fault) {
            $connection->queryExecute('ROLLBACK TO SAVEPOINT fiscal_relay');
            throw $fault;
        }
        $connection->queryExecute('RELEASE SAVEPOINT fiscal_relay');

        return $result;
    }

    private static function isNeeded(Connection $connection): bool
    {
        if ($connection->getType() !== 'pgsql') {
            return false;
        }
        $resource = $connection->getResource();

        return $resource instanceof \PgSql\Connection && pg_transaction_status($resource) === PGSQL_TRANSACTION_INTRANS;
    }
}

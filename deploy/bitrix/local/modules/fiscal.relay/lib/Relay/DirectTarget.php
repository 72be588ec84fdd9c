<?php

declare(strict_types=1);

namespace Fiscal\Relay\Relay;

use Bitrix\Main\Application;
use Bitrix\Main\DB\SqlException;
use Fiscal\Relay\Store\Savepoint;

/** The shop's own database, where the relay's tables live in it. */
final class DirectTarget implements Target
{
    public function send(array $rows): void
    {
        if ($rows === []) {
            return;
        }
        $list = WaitingRow::list($rows);
        $connection = Application::getConnection();
        try {
            Savepoint::around($connection, static function () use ($connection, $list): void {
                $literal = "'" . $connection->getSqlHelper()->forSql($list) . "'";
                $connection->queryExecute(InsertStatement::of($literal));
            });
        } catch (SqlException $fault) {
            throw preg_match('/\b(22|23)[0-9A-Z]{3}\b/', $fault->getMessage())
                ? new RowsRefused('PostgreSQL refuses the row', 0, $fault)
                : new TargetAway('the outbox of the relay is out of reach', 0, $fault);
        }
    }
}

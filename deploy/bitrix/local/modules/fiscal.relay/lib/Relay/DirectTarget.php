<?php

declare(strict_types=1);

namespace Fiscal\Relay\Relay;

use Bitrix\Main\Application;
use Bitrix\Main\DB\SqlException;
use Fiscal\Relay\FaultName;
use Fiscal\Relay\Store\Savepoint;

/** The shop's own database, where the relay's tables live in it. */
final class DirectTarget implements Target
{
    public function send(array $rows): void
    {
        if ($rows === []) {
            return;
        }
        $connection = Application::getConnection();
        $quote = static fn (string $text): string => "'" . $connection->getSqlHelper()->forSql($text) . "'";
        $statement = count($rows) === 1
            ? InsertStatement::one(array_map($quote, $rows[0]->values()))
            : InsertStatement::of($quote(WaitingRow::list($rows)));
        try {
            Savepoint::around($connection, static fn () => $connection->queryExecute($statement));
        } catch (SqlException $fault) {
            $code = FaultName::databaseCode($fault);
            // A name that anything else put there chooses other words, no more.
            $isSize = str_contains($fault->getMessage(), 'outbox_payload_size');
            throw $code === ''
                ? new TargetAway('the outbox of the relay is out of reach')
                : Refusal::exception($code, $isSize ? 'outbox_payload_size' : '');
        }
    }
}

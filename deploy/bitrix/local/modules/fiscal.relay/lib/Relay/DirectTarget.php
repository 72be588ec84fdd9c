<?php

declare(strict_types=1);

namespace Fiscal\Relay\Relay;

use Bitrix\Main\Application;
use Bitrix\Main\DB\SqlException;
use Fiscal\Relay\FaultName;
use Fiscal\Relay\Store\Savepoint;

/** The shop's own database, where the relay's tables live in it: over Bitrix's connection, and no address is needed. */
final class DirectTarget implements Target
{
    public function send(array $rows): void
    {
        if ($rows === []) {
            return;
        }
        $statement = count($rows) === 1
            ? InsertStatement::one(array_map(self::quoted(...), $rows[0]->values()))
            : InsertStatement::of(self::quoted(WaitingRow::list($rows)));
        self::run($statement);
    }

    public function results(string $shop, array $keys): array
    {
        $rows = self::run(
            'SELECT * FROM fiscal.check_results(' . self::quoted($shop)
            . ', ARRAY[' . implode(', ', array_map(self::quoted(...), $keys)) . ']::text[])'
        );

        // Bitrix hands out names in capitals.
        return array_map(
            static fn (array $row) => array_map(
                static fn (mixed $value) => $value === null ? null : (string)$value,
                array_change_key_case($row)
            ),
            $rows
        );
    }

    /**
     * @return list<array<string, mixed>>
     * @throws TargetAway
     * @throws RowsRefused
     * @throws TooMuch
     */
    private static function run(string $statement): array
    {
        $connection = Application::getConnection();
        try {
            return Savepoint::around($connection, static fn () => $connection->query($statement)->fetchAll());
        } catch (SqlException $fault) {
            $code = FaultName::databaseCode($fault);
            // A name that anything else put there chooses other words, no more.
            $isSize = str_contains($fault->getMessage(), 'outbox_payload_size');
            throw $code === ''
                ? new TargetAway('the outbox of the relay is out of reach')
                : Refusal::exception($code, $isSize ? 'outbox_payload_size' : '');
        }
    }

    private static function quoted(string $text): string
    {
        return "'" . Application::getConnection()->getSqlHelper()->forSql($text) . "'";
    }
}

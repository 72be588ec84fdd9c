<?php

declare(strict_types=1);

namespace Fiscal\Relay\Relay;

use Bitrix\Main\Application;
use Bitrix\Main\DB\SqlException;
use Fiscal\Relay\FaultName;
use Fiscal\Relay\Store\Outbox;

/** Rows of the module's outbox that wait for the relay, in their order. */
final class Backlog
{
    /** Bytes of payload held in memory at once; a larger row goes alone. */
    private const MOST_BYTES = 4 << 20;
    /** Not even loaded: as jsonb it could not be below the 16 MiB that fiscal.outbox takes. */
    private const HOPELESS_BYTES = 96 << 20;
    /** A payload is held this often on its way: as it was read, escaped, and within a statement. */
    private const COPIES = 6;
    private const LONGEST_WAIT = 3600;
    private const TRIES = 5;
    /** Deadlock, lock wait and serialization, of MySQL and PostgreSQL: nothing was written, it can be in a moment. */
    private const PASSING = ['1213', '1205', '40001', '40P01', '55P03'];

    /** @return list<WaitingRow> at most so many, and no more than fit into memory */
    public static function next(int $most): array
    {
        $connection = Application::getConnection();
        $sizes = $connection->query(
            'SELECT ID AS ID, ATTEMPTS AS ATTEMPTS, OCTET_LENGTH(PAYLOAD) AS BYTES FROM ' . Outbox::TABLE
            . ' WHERE SENT_AT IS NULL AND RETRY_AT <= ' . time() . " ORDER BY ID LIMIT $most"
        );
        $ids = [];
        $bytes = 0;
        $loadable = self::loadable();
        while ($row = $sizes->fetch()) {
            if ((int)$row['BYTES'] > $loadable) {
                // Loaded, it would end this process, and the next one, and nobody would get by.
                self::postpone((int)$row['ID'], (int)$row['ATTEMPTS'], $loadable === self::HOPELESS_BYTES
                    ? 'the payload is larger than 16 MiB'
                    : "the payload of $row[BYTES] bytes is too large for PHP's memory_limit");
                continue;
            }
            $bytes += (int)$row['BYTES'];
            if ($ids !== [] && $bytes > self::MOST_BYTES) {
                break;
            }
            $ids[] = (int)$row['ID'];
        }

        return self::rows($ids);
    }

    private static function loadable(): int
    {
        $text = trim((string)ini_get('memory_limit'));
        $unit = ['k' => 10, 'm' => 20, 'g' => 30][strtolower(substr($text, -1))] ?? 0;
        $limit = (int)$text << $unit;

        return $limit <= 0
            ? self::HOPELESS_BYTES
            : max(1, min(self::HOPELESS_BYTES, intdiv($limit - memory_get_usage(), self::COPIES)));
    }

    /** @param list<WaitingRow> $rows that PostgreSQL has committed */
    public static function mark(array $rows): void
    {
        $ids = implode(',', array_map(static fn (WaitingRow $row) => $row->id, $rows));
        self::write('SENT_AT = ' . time() . ", ERROR = NULL WHERE ID IN ($ids)");
    }

    /** Until its wait is over it is not sent; the state page shows it with the reason. */
    public static function setAside(WaitingRow $row, string $reason): void
    {
        self::postpone($row->id, $row->attempts, $reason);
    }

    /** Counts a try and keeps the row in its place. */
    public static function note(WaitingRow $row, string $reason): void
    {
        self::write('ATTEMPTS = ATTEMPTS + 1, ERROR = ' . self::quoted($reason) . " WHERE ID = $row->id");
    }

    private static function postpone(int $id, int $attempts, string $reason): void
    {
        $wait = min(self::LONGEST_WAIT, 60 * 2 ** min($attempts, 6));
        self::write('ATTEMPTS = ATTEMPTS + 1, RETRY_AT = ' . (time() + $wait) . ', ERROR = ' . self::quoted($reason)
            . " WHERE ID = $id");
    }

    /**
     * @param list<int> $ids
     * @return list<WaitingRow>
     */
    private static function rows(array $ids): array
    {
        if ($ids === []) {
            return [];
        }
        $rows = Application::getConnection()->query(
            'SELECT ID AS ID, SHOP AS SHOP, KIND AS KIND, EVENT_KEY AS EVENT_KEY, SUBJECT AS SUBJECT,'
            . ' PAYLOAD AS PAYLOAD, OCCURRED_AT AS OCCURRED_AT, ATTEMPTS AS ATTEMPTS FROM ' . Outbox::TABLE
            . ' WHERE ID IN (' . implode(',', $ids) . ') ORDER BY ID'
        );
        $waiting = [];
        while ($row = $rows->fetch()) {
            $waiting[] = new WaitingRow(
                (int)$row['ID'],
                (string)$row['SHOP'],
                (string)$row['KIND'],
                (string)$row['EVENT_KEY'],
                (string)$row['SUBJECT'],
                (string)$row['PAYLOAD'],
                (string)$row['OCCURRED_AT'],
                (int)$row['ATTEMPTS']
            );
        }

        return $waiting;
    }

    /** By primary key, in a commit of its own; buyers who pay meanwhile write to the same indexes. */
    private static function write(string $set): void
    {
        for ($try = 1;; $try++) {
            try {
                Application::getConnection()->queryExecute('UPDATE ' . Outbox::TABLE . " SET $set");

                return;
            } catch (SqlException $fault) {
                if ($try === self::TRIES || !in_array(FaultName::databaseCode($fault), self::PASSING, true)) {
                    throw $fault;
                }
            }
        }
    }

    private static function quoted(string $reason): string
    {
        return "'" . Application::getConnection()->getSqlHelper()->forSql(mb_substr($reason, 0, 450)) . "'";
    }
}

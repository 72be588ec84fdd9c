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
    /** Receipts of an order build on each other: nothing of it goes out past a row that was set aside. */
    private const EARLIER = 'EXISTS (SELECT 1 FROM ' . Outbox::TABLE . ' e WHERE e.SHOP = o.SHOP'
        . " AND e.SUBJECT = o.SUBJECT AND e.SUBJECT <> '' AND e.SENT_AT IS NULL AND e.ID < o.ID AND e.RETRY_AT > %d)";
    /** Deadlock, lock wait and serialization, of MySQL and PostgreSQL: nothing was written, it can be in a moment. */
    private const PASSING = ['1213', '1205', '40001', '40P01', '55P03'];

    /** @return list<WaitingRow> at most so many, no more than fit into memory, and none behind one set aside */
    public static function next(int $most): array
    {
        $connection = Application::getConnection();
        $now = time();
        $sizes = $connection->query(
            'SELECT o.ID AS ID, o.SHOP AS SHOP, o.SUBJECT AS SUBJECT, o.ATTEMPTS AS ATTEMPTS,'
            . ' OCTET_LENGTH(o.PAYLOAD) AS BYTES FROM ' . Outbox::TABLE . ' o'
            . " WHERE o.SENT_AT IS NULL AND o.RETRY_AT <= $now AND NOT " . sprintf(self::EARLIER, $now)
            . " ORDER BY o.ID LIMIT $most"
        );
        $ids = $held = [];
        $bytes = 0;
        $loadable = self::loadable();
        while ($row = $sizes->fetch()) {
            if (isset($held[$row['SHOP']][$row['SUBJECT']])) {
                continue;
            }
            if ((int)$row['BYTES'] > $loadable) {
                // Loaded, it would end this process, and the next one, and nobody would get by.
                self::postpone((int)$row['ID'], (int)$row['ATTEMPTS'], $loadable === self::HOPELESS_BYTES
                    ? 'the payload is larger than 16 MiB'
                    : "the payload of $row[BYTES] bytes is too large for PHP's memory_limit");
                if ((string)$row['SUBJECT'] !== '') {
                    $held[$row['SHOP']][$row['SUBJECT']] = true;
                }
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

    /** How many rows are not sent because an earlier one of their order is set aside, or was and waits for its turn. */
    public static function held(): int
    {
        return (int)Application::getConnection()->query(
            'SELECT COUNT(*) AS N FROM ' . Outbox::TABLE . ' o WHERE o.SENT_AT IS NULL AND ' . sprintf(self::EARLIER, 0)
        )->fetch()['N'];
    }

    /**
     * Gives up a row that is set aside: it is never sent, also not again, and holds nothing back any more.
     *
     * @return bool false: no row of this shop and key is set aside
     */
    public static function discard(string $shop, string $key): bool
    {
        $connection = Application::getConnection();
        $helper = $connection->getSqlHelper();
        $row = $connection->query(
            'SELECT ID AS ID, ERROR AS ERROR FROM ' . Outbox::TABLE . " WHERE SHOP = '" . $helper->forSql($shop)
            . "' AND EVENT_KEY = '" . $helper->forSql($key) . "' AND SENT_AT IS NULL AND ATTEMPTS > 0"
        )->fetch();
        if (!$row) {
            return false;
        }
        self::write('SENT_AT = ' . time() . ', ERROR = ' . self::quoted("given up: $row[ERROR]")
            . " WHERE ID = $row[ID]");

        return true;
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

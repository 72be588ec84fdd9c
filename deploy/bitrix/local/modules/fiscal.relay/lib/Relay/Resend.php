<?php

declare(strict_types=1);

namespace Fiscal\Relay\Relay;

use Bitrix\Main\Application;
use Fiscal\Relay\Store\Outbox;

/** What is sent again because somebody says so: PostgreSQL was restored, or what was in the way is mended. */
final class Resend
{
    /** The clocks of two servers differ, and a batch is marked after it was committed. */
    private const MARGIN = 900;
    private const CHUNK = 1000;

    /** Lets those that were set aside be tried again at once. */
    public static function refused(): int
    {
        $connection = Application::getConnection();
        $rows = $connection->query(
            'SELECT ID AS ID FROM ' . Outbox::TABLE . ' WHERE SENT_AT IS NULL AND RETRY_AT > 0 ORDER BY ID'
        )->fetchAll();
        foreach (array_chunk(array_column($rows, 'ID'), self::CHUNK) as $chunk) {
            $ids = implode(',', array_map('intval', $chunk));
            $connection->queryExecute(
                'UPDATE ' . Outbox::TABLE . " SET RETRY_AT = 0, ATTEMPTS = 0 WHERE SENT_AT IS NULL AND ID IN ($ids)"
            );
        }

        return count($rows);
    }

    /**
     * Marks rows handed over since this moment as waiting. A death in between is harmless: say it again.
     *
     * @return array{rows: int, emptied: int} how many wait again, and how many have lost their payload to retention
     */
    public static function since(int $moment): array
    {
        $connection = Application::getConnection();
        $from = max(0, $moment - self::MARGIN);
        // What was given up has an error left.
        $range = 'FROM ' . Outbox::TABLE . " WHERE SENT_AT >= $from AND KIND <> '' AND ERROR IS NULL";
        $emptied = $connection->query("SELECT COUNT(*) AS N $range AND PAYLOAD = ''")->fetch();
        $rows = 0;
        do {
            $found = $connection->query("SELECT ID AS ID $range AND PAYLOAD <> '' ORDER BY SENT_AT, ID LIMIT "
                . self::CHUNK)->fetchAll();
            if ($found !== []) {
                // By primary key: an update by range would lock the gap that new rows are written into.
                $ids = implode(',', array_map(static fn (array $row) => (int)$row['ID'], $found));
                $connection->queryExecute(
                    'UPDATE ' . Outbox::TABLE . " SET SENT_AT = NULL, RETRY_AT = 0 WHERE ID IN ($ids)"
                );
                $rows += count($found);
            }
        } while (count($found) === self::CHUNK);

        return ['rows' => $rows, 'emptied' => (int)($emptied['N'] ?? 0)];
    }
}

<?php

declare(strict_types=1);

namespace Fiscal\Relay\Relay;

use Bitrix\Main\Application;
use Fiscal\Relay\Options\Settings;
use Fiscal\Relay\Store\Outbox;
use Fiscal\Relay\Store\State;

/** Empties payloads that were handed over long ago: they hold buyers' data. Keys and states stay for the sweep. */
final class Retention
{
    private const CHUNK = 1000;
    private const CURSOR = 'emptied_up_to';

    /** @return int how many were emptied */
    public static function run(): int
    {
        $days = Settings::number('keep_days', 0, 3650);
        if ($days === 0) {
            return 0;
        }
        // By the moment of the handing over: a row that waits for long holds up nobody's emptying, and its own comes.
        [$sentAt, $id] = array_map('intval', explode(' ', (State::get(self::CURSOR) ?? '') . ' 0 0'));
        $connection = Application::getConnection();
        $rows = $connection->query(
            'SELECT ID AS ID, SENT_AT AS SENT_AT FROM ' . Outbox::TABLE
            . " WHERE SENT_AT >= $sentAt AND SENT_AT <= " . (time() - $days * 86400)
            . " AND (SENT_AT > $sentAt OR ID > $id) ORDER BY SENT_AT, ID LIMIT " . self::CHUNK
        )->fetchAll();
        if ($rows === []) {
            return 0;
        }
        $ids = implode(',', array_map(static fn (array $row) => (int)$row['ID'], $rows));
        $connection->queryExecute('UPDATE ' . Outbox::TABLE . " SET PAYLOAD = '' WHERE ID IN ($ids)");
        $last = end($rows);
        State::set(self::CURSOR, (int)$last['SENT_AT'] . ' ' . (int)$last['ID']);

        return count($rows);
    }
}

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
        $connection = Application::getConnection();
        $cursor = (int)State::get(self::CURSOR);
        $rows = $connection->query(
            'SELECT ID AS ID, SENT_AT AS SENT_AT FROM ' . Outbox::TABLE
            . " WHERE ID > $cursor ORDER BY ID LIMIT " . self::CHUNK
        )->fetchAll();
        $ids = [];
        foreach ($rows as $row) {
            // The cursor stops before the first that is young or still waiting, so none is ever passed over.
            if ($row['SENT_AT'] === null || (int)$row['SENT_AT'] > time() - $days * 86400) {
                break;
            }
            $ids[] = (int)$row['ID'];
        }
        if ($ids === []) {
            return 0;
        }
        $connection->queryExecute(
            'UPDATE ' . Outbox::TABLE . " SET PAYLOAD = '' WHERE ID IN (" . implode(',', $ids) . ')'
        );
        State::set(self::CURSOR, (string)end($ids));

        return count($ids);
    }
}

<?php

declare(strict_types=1);

namespace Fiscal\Relay\Store;

use Bitrix\Main\Application;

/** What relay and sweep remember between their runs. Not options: each change of those empties Bitrix's cache. */
final class State
{
    public const TABLE = 'fiscal_relay_state';

    public static function get(string $name): ?string
    {
        $connection = Application::getConnection();
        $row = $connection->query(
            'SELECT VALUE AS VALUE FROM ' . self::TABLE . " WHERE NAME = '"
            . $connection->getSqlHelper()->forSql($name) . "'"
        )->fetch();

        return $row ? (string)$row['VALUE'] : null;
    }

    public static function set(string $name, string $value): void
    {
        $connection = Application::getConnection();
        $helper = $connection->getSqlHelper();
        $values = "('" . $helper->forSql($name) . "', '" . $helper->forSql($value) . "', " . time() . ')';
        $connection->queryExecute(
            'INSERT INTO ' . self::TABLE . ' (NAME, VALUE, UPDATED_AT) VALUES ' . $values
            . ($connection->getType() === 'pgsql'
                ? ' ON CONFLICT (name) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at'
                : ' ON DUPLICATE KEY UPDATE VALUE = VALUES(VALUE), UPDATED_AT = VALUES(UPDATED_AT)')
        );
    }

    /** @return array<string, array{value: string, at: int}> */
    public static function all(): array
    {
        $rows = Application::getConnection()->query(
            'SELECT NAME AS NAME, VALUE AS VALUE, UPDATED_AT AS UPDATED_AT FROM ' . self::TABLE
        );
        $all = [];
        while ($row = $rows->fetch()) {
            $all[(string)$row['NAME']] = ['value' => (string)$row['VALUE'], 'at' => (int)$row['UPDATED_AT']];
        }

        return $all;
    }
}

<?php

declare(strict_types=1);

namespace Fiscal\Relay\Setup;

use Bitrix\Main\Application;
use Bitrix\Main\SystemException;
use Fiscal\Relay\Store\Outbox;

final class Tables
{
    /** @throws SystemException when the database refuses; repeating it is harmless */
    public static function create(): void
    {
        self::run('install');
    }

    /** @throws SystemException */
    public static function drop(): void
    {
        self::run('uninstall');
    }

    public static function exist(): bool
    {
        return Application::getConnection()->isTableExists(Outbox::TABLE);
    }

    /** How many events wait for the relay. */
    public static function backlog(): int
    {
        if (!self::exist()) {
            return 0;
        }
        $row = Application::getConnection()
            ->query('SELECT COUNT(*) AS N FROM ' . Outbox::TABLE . ' WHERE SENT_AT IS NULL')->fetch();

        return (int)$row['N'];
    }

    private static function run(string $script): void
    {
        $connection = Application::getConnection();
        $file = dirname(__DIR__, 2) . '/install/db/' . $connection->getType() . "/$script.sql";
        if (!is_file($file)) {
            throw new SystemException('fiscal.relay works on MySQL and PostgreSQL');
        }
        foreach (array_filter(array_map('trim', explode(';', (string)file_get_contents($file)))) as $statement) {
            $connection->queryExecute($statement);
        }
    }
}

<?php

declare(strict_types=1);

namespace Bitrix\Main\Config;

use Bitrix\Main\Application;

class Option
{
    private static ?array $cache = null;

    public static function get(string $module, string $name, mixed $default = ''): mixed
    {
        if (self::$cache === null) {
            self::$cache = [];
            $rows = Application::getConnection()->query(
                'SELECT MODULE_ID AS MODULE_ID, NAME AS NAME, VALUE AS VALUE FROM b_option'
            );
            while ($row = $rows->fetch()) {
                self::$cache[$row['MODULE_ID']][$row['NAME']] = $row['VALUE'];
            }
        }

        return self::$cache[$module][$name] ?? $default;
    }

    public static function set(string $module, string $name, string $value): void
    {
        self::get($module, $name);
        $connection = Application::getConnection();
        $helper = $connection->getSqlHelper();
        $where = "MODULE_ID = '" . $helper->forSql($module) . "' AND NAME = '" . $helper->forSql($name) . "'";
        $connection->queryExecute("DELETE FROM b_option WHERE $where");
        $connection->queryExecute(
            "INSERT INTO b_option (MODULE_ID, NAME, VALUE) VALUES ('" . $helper->forSql($module) . "', '"
            . $helper->forSql($name) . "', '" . $helper->forSql($value) . "')"
        );
        self::$cache[$module][$name] = $value;
    }

    public static function delete(string $module): void
    {
        Application::getConnection()->queryExecute("DELETE FROM b_option WHERE MODULE_ID = '$module'");
        self::$cache = null;
    }

    public static function forget(): void
    {
        self::$cache = null;
    }
}

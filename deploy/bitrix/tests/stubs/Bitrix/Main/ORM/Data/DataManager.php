<?php

declare(strict_types=1);

namespace Bitrix\Main\ORM\Data;

use Bitrix\Main\Application;
use Bitrix\Main\DB\Result as Rows;
use Bitrix\Main\Result;
use Bitrix\Main\Type\Date;

/** Filters "=FIELD" and ">FIELD", order, limit: what the module asks for. */
abstract class DataManager
{
    abstract public static function getTableName(): string;

    public static function getList(array $parameters = []): Rows
    {
        $where = ['1 = 1'];
        foreach ($parameters['filter'] ?? [] as $key => $value) {
            $field = ltrim($key, '=>');
            $sign = $key[0] === '>' ? '>' : '=';
            $where[] = is_array($value)
                ? ($value === [] ? '1 = 0' : "$field IN (" . implode(', ', array_map(self::quote(...), $value)) . ')')
                : "$field $sign " . self::quote($value);
        }
        $order = [];
        foreach ($parameters['order'] ?? [] as $field => $direction) {
            $order[] = "$field $direction";
        }

        return Application::getConnection()->query(
            'SELECT * FROM ' . static::getTableName() . ' WHERE ' . implode(' AND ', $where)
            . ($order === [] ? '' : ' ORDER BY ' . implode(', ', $order))
            . (isset($parameters['limit']) ? ' LIMIT ' . $parameters['limit'] : '')
        );
    }

    public static function add(array $fields): Result
    {
        $connection = Application::getConnection();
        $sql = 'INSERT INTO ' . static::getTableName() . ' (' . implode(', ', array_keys($fields)) . ') VALUES ('
            . implode(', ', array_map(self::quote(...), $fields)) . ')';
        $pgsql = $connection->getType() === 'pgsql';
        $row = $connection->query($pgsql ? "$sql RETURNING ID" : $sql)->fetch();
        $id = $pgsql ? $row['ID'] : $connection->getResource()->insert_id;

        return (new Result())->setData(['ID' => (int)$id]);
    }

    public static function update(int $id, array $fields): Result
    {
        $set = [];
        foreach ($fields as $name => $value) {
            $set[] = "$name = " . self::quote($value);
        }
        Application::getConnection()->queryExecute(
            'UPDATE ' . static::getTableName() . ' SET ' . implode(', ', $set) . " WHERE ID = $id"
        );

        return new Result();
    }

    public static function delete(int $id): Result
    {
        Application::getConnection()->queryExecute('DELETE FROM ' . static::getTableName() . " WHERE ID = $id");

        return new Result();
    }

    private static function quote(mixed $value): string
    {
        $value = $value instanceof Date ? $value->format('Y-m-d H:i:s') : $value;

        return $value === null ? 'NULL'
            : "'" . Application::getConnection()->getSqlHelper()->forSql((string)$value) . "'";
    }
}

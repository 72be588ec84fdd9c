<?php

declare(strict_types=1);

namespace Bitrix\Sale;

use Bitrix\Main\Application;
use Bitrix\Main\Event;
use Bitrix\Main\Type\DateTime;

/** Fields with their original values, and a row of a table. */
abstract class Entity
{
    /** @var array<string, mixed> original values of changed fields only */
    protected array $original = [];
    protected mixed $collection = null;

    /** @param array<string, mixed> $fields */
    public function __construct(protected array $fields)
    {
        $this->original = isset($fields['ID']) ? [] : ['ID' => null];
    }

    public function getId(): int
    {
        return (int)($this->fields['ID'] ?? 0);
    }

    public function getField(string $name): mixed
    {
        $value = $this->fields[$name] ?? null;

        return $value !== null && str_starts_with($name, 'DATE_') && is_string($value) ? new DateTime($value) : $value;
    }

    public function setField(string $name, mixed $value): void
    {
        if (($this->fields[$name] ?? null) !== $value) {
            $this->original += [$name => $this->fields[$name] ?? null];
            $this->fields[$name] = $value;
        }
    }

    public function setCollection(mixed $collection): void
    {
        $this->collection = $collection;
    }

    public function getCollection(): mixed
    {
        return $this->collection;
    }

    /** Writes the row, a commit of its own. */
    protected function write(string $table): void
    {
        $connection = Application::getConnection();
        $quote = static fn (mixed $value): string => $value === null ? 'NULL'
            : "'" . $connection->getSqlHelper()->forSql(
                $value instanceof DateTime ? $value->format('Y-m-d H:i:s') : (string)$value
            ) . "'";
        if ($this->getId() === 0) {
            $fields = array_diff_key($this->fields, ['ID' => 1]);
            $sql = "INSERT INTO $table (" . implode(', ', array_keys($fields)) . ') VALUES ('
                . implode(', ', array_map($quote, $fields)) . ')';
            $pgsql = $connection->getType() === 'pgsql';
            $row = $connection->query($pgsql ? "$sql RETURNING ID" : $sql)->fetch();
            $this->fields['ID'] = (int)($pgsql ? $row['ID'] : $connection->getResource()->insert_id);
        } elseif ($this->original !== []) {
            $set = [];
            foreach (array_keys($this->original) as $name) {
                $set[] = "$name = " . $quote($this->fields[$name]);
            }
            $connection->queryExecute("UPDATE $table SET " . implode(', ', $set) . ' WHERE ID = ' . $this->getId());
        }
    }

    protected static function raise(string $event, array $parameters): void
    {
        (new Event('sale', $event, $parameters))->send();
    }

    /** @return list<array<string, mixed>> */
    protected static function rows(string $table, string $where): array
    {
        return Application::getConnection()->query("SELECT * FROM $table WHERE $where ORDER BY ID")->fetchAll();
    }
}

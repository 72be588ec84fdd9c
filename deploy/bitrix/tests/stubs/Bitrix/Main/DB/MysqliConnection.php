<?php

declare(strict_types=1);

namespace Bitrix\Main\DB;

class MysqliConnection extends Connection
{
    private readonly \mysqli $resource;

    /** @param string $address socket/database */
    public function __construct(string $address)
    {
        mysqli_report(MYSQLI_REPORT_OFF);
        $this->resource = new \mysqli('localhost', 'root', '', basename($address), 0, dirname($address));
        $this->resource->set_charset('utf8mb4');
        // As Bitrix leaves it on most sites: nothing is refused, too long is cut.
        $this->resource->query("SET sql_mode = ''");
    }

    public function getType(): string
    {
        return 'mysql';
    }

    public function getResource(): \mysqli
    {
        return $this->resource;
    }

    public function escape(string $value): string
    {
        return $this->resource->real_escape_string($value);
    }

    protected function perform(string $sql): array
    {
        $result = $this->resource->query($sql);
        if ($result === false) {
            throw new SqlQueryException("Mysql query error: ({$this->resource->errno}) {$this->resource->error}", $sql);
        }
        $this->affected = (int)$this->resource->affected_rows;

        return $result === true ? [] : $result->fetch_all(MYSQLI_ASSOC);
    }

    public function lock(string $name, int $timeout = 0): bool
    {
        return $this->perform("SELECT GET_LOCK('$name', $timeout) AS L")[0]['L'] == 1;
    }

    public function unlock(string $name): bool
    {
        return $this->perform("SELECT RELEASE_LOCK('$name') AS L")[0]['L'] == 1;
    }

    public function isTableExists(string $name): bool
    {
        return $this->perform("SHOW TABLES LIKE '$name'") !== [];
    }
}

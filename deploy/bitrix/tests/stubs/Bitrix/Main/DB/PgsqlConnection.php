<?php

declare(strict_types=1);

namespace Bitrix\Main\DB;

class PgsqlConnection extends Connection
{
    private readonly \PgSql\Connection $resource;

    public function __construct(string $address)
    {
        $this->resource = pg_connect($address, PGSQL_CONNECT_FORCE_NEW)
            ?: throw new SqlException('Pgsql connect error');
        pg_set_error_verbosity($this->resource, PGSQL_ERRORS_VERBOSE);
    }

    public function getType(): string
    {
        return 'pgsql';
    }

    public function getResource(): \PgSql\Connection
    {
        return $this->resource;
    }

    public function escape(string $value): string
    {
        return pg_escape_string($this->resource, $value);
    }

    protected function perform(string $sql): array
    {
        $result = @pg_query($this->resource, $sql);
        if ($result === false) {
            throw new SqlQueryException('Pgsql query error: ' . pg_last_error($this->resource), $sql);
        }
        $this->affected = pg_affected_rows($result);

        return array_map(
            static fn (array $row) => array_change_key_case($row, CASE_UPPER),
            pg_fetch_all($result)
        );
    }

    public function lock(string $name, int $timeout = 0): bool
    {
        return $this->perform('SELECT pg_try_advisory_lock(' . crc32($name) . ') AS L')[0]['L'] === 't';
    }

    public function unlock(string $name): bool
    {
        return $this->perform('SELECT pg_advisory_unlock(' . crc32($name) . ') AS L')[0]['L'] === 't';
    }

    public function isTableExists(string $name): bool
    {
        return $this->perform("SELECT to_regclass('$name') AS L")[0]['L'] !== null;
    }
}

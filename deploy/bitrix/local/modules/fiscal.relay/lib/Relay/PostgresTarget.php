<?php

declare(strict_types=1);

namespace Fiscal\Relay\Relay;

/**
 * The relay's PostgreSQL over a connection of our own: Bitrix's class knows neither TLS settings nor time-outs.
 *
 * Works through pgbouncer in transaction mode: a batch is one transaction and sets its limits for itself.
 */
final class PostgresTarget implements Target
{
    private const STATEMENT_TIMEOUT_MS = 30000;
    /** Less than that of the statement: who waits for somebody's lock has no row to blame. */
    private const LOCK_TIMEOUT_MS = 20000;

    private ?\PgSql\Connection $connection = null;

    /** @param string $url libpq's connection string or URI */
    public function __construct(private readonly string $url)
    {
    }

    public function send(array $rows): void
    {
        if ($rows === []) {
            return;
        }
        if (count($rows) === 1) {
            $this->transaction(InsertStatement::one(['$1', '$2', '$3', '$4', '$5', '$6']), $rows[0]->values());
        } else {
            $this->transaction(InsertStatement::of('$1'), [WaitingRow::list($rows)]);
        }
    }

    public function results(string $shop, array $keys): array
    {
        return $this->transaction(
            'SELECT * FROM fiscal.check_results($1, ARRAY(SELECT jsonb_array_elements_text($2::jsonb)))',
            [$shop, json_encode($keys, JSON_THROW_ON_ERROR | JSON_INVALID_UTF8_SUBSTITUTE)]
        );
    }

    /** @throws TargetAway when it cannot be reached, may not be written to, or lacks the outbox */
    public function check(): void
    {
        [$row] = $this->transaction(
            "SELECT has_table_privilege('fiscal.outbox', 'INSERT')"
            . " OR has_any_column_privilege('fiscal.outbox', 'INSERT') AS allowed",
            []
        );
        if (($row['allowed'] ?? 'f') !== 't') {
            throw new TargetAway('this login may not write to fiscal.outbox: grant it fiscal_writer');
        }
    }

    /**
     * @return list<array<string, ?string>>
     * @throws TargetAway
     * @throws RowsRefused
     * @throws TooMuch
     */
    private function transaction(string $sql, array $parameters): array
    {
        $connection = $this->connected();
        $this->run(
            $connection,
            'BEGIN; SET LOCAL statement_timeout = ' . self::STATEMENT_TIMEOUT_MS
            . '; SET LOCAL lock_timeout = ' . self::LOCK_TIMEOUT_MS,
            null
        );
        $rows = $this->run($connection, $sql, $parameters);
        $this->run($connection, 'COMMIT', null);

        return $rows;
    }

    private function connected(): \PgSql\Connection
    {
        if ($this->connection !== null && pg_connection_status($this->connection) === PGSQL_CONNECTION_OK) {
            return $this->connection;
        }
        if ($this->url === '') {
            throw new TargetAway('no address of the PostgreSQL is set');
        }
        $connection = self::quietly(fn () => pg_connect($this->withLimits(), PGSQL_CONNECT_FORCE_NEW));
        if (!$connection instanceof \PgSql\Connection) {
            throw new TargetAway('PostgreSQL cannot be reached or refuses the login');
        }
        pg_set_client_encoding($connection, 'UTF8');

        return $this->connection = $connection;
    }

    /** @return list<array<string, ?string>> */
    private function run(\PgSql\Connection $connection, string $sql, ?array $parameters): array
    {
        $sent = self::quietly(fn () => $parameters === null
            ? pg_send_query($connection, $sql)
            : pg_send_query_params($connection, $sql, $parameters));
        $rows = [];
        $refusal = null;
        // libpq hands over one result per statement.
        while ($sent === true && ($result = self::quietly(fn () => pg_get_result($connection))) !== false) {
            $code = (string)pg_result_error_field($result, PGSQL_DIAG_SQLSTATE);
            if ($code !== '') {
                $refusal ??= [$code, (string)pg_result_error_field($result, PGSQL_DIAG_CONSTRAINT_NAME)];
            } else {
                $rows = pg_fetch_all($result);
            }
        }
        $isBroken = $sent !== true || pg_connection_status($connection) !== PGSQL_CONNECTION_OK;
        if ($isBroken || $refusal !== null) {
            $this->forget($connection);
        }
        if ($isBroken) {
            throw new TargetAway('the connection to PostgreSQL broke');
        }
        if ($refusal !== null) {
            throw Refusal::exception(...$refusal);
        }

        return $rows;
    }

    private function forget(\PgSql\Connection $connection): void
    {
        $this->connection = null;
        self::quietly(static fn () => pg_close($connection));
    }

    /** A network that swallows packets must not hold the agent for ever. */
    private function withLimits(): string
    {
        $limits = ['connect_timeout' => '5', 'tcp_user_timeout' => '30000', 'application_name' => 'fiscal.relay'];
        $limits = array_filter(
            $limits,
            fn (string $name) => !preg_match('/\b' . $name . '\s*=/', $this->url),
            ARRAY_FILTER_USE_KEY
        );
        if (preg_match('#^postgres(ql)?://#', $this->url)) {
            return $limits === [] ? $this->url
                : $this->url . (str_contains($this->url, '?') ? '&' : '?') . http_build_query($limits);
        }
        foreach ($limits as $name => $value) {
            $limits[$name] = "$name='$value'";
        }

        return trim($this->url . ' ' . implode(' ', $limits));
    }

    /** PHP's warnings of libpq quote connection strings: they must not reach a log. */
    private static function quietly(callable $work): mixed
    {
        set_error_handler(static fn (): bool => true);
        try {
            return $work();
        } finally {
            restore_error_handler();
        }
    }
}

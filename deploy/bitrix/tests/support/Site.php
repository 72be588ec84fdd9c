<?php

declare(strict_types=1);

namespace Fiscal\Tests;

use Bitrix\Main\Application;
use Bitrix\Main\Config\Option;
use Bitrix\Main\DB\Connection;
use Fiscal\Relay\Options\Settings;

/** A shop's database with the module installed, and the relay's PostgreSQL beside it. */
final class Site
{
    public const KINDS = ['mysql', 'pgsql', 'direct'];

    /** @var array<string, \PgSql\Connection> */
    private static array $open = [];

    public static function address(string $kind): string
    {
        return match ($kind) {
            'mysql' => 'mysql:' . getenv('FISCAL_TEST_MYSQL') . '/shop',
            'pgsql' => 'pgsql:' . getenv('FISCAL_TEST_PGSQL') . ' user=bitrix dbname=shop',
            'direct' => 'pgsql:' . getenv('FISCAL_TEST_PGSQL') . ' user=bitrix dbname=direct',
        };
    }

    /** As a login that may only write events. */
    public static function relayUrl(string $kind): string
    {
        return getenv('FISCAL_TEST_PGSQL') . ' user=shop_writer dbname=' . ($kind === 'direct' ? 'direct' : 'relay');
    }

    public static function superuser(string $kind): \PgSql\Connection
    {
        $database = $kind === 'direct' ? 'direct' : 'relay';

        return self::$open[$database] ??= pg_connect(
            getenv('FISCAL_TEST_PGSQL') . " user=postgres dbname=$database",
            PGSQL_CONNECT_FORCE_NEW
        );
    }

    /** After PostgreSQL was restarted. */
    public static function reconnect(): void
    {
        self::$open = [];
        Application::setConnection(null);
    }

    public static function use(string $kind): void
    {
        self::at(self::address($kind));
    }

    /** @param string $address mysql:<socket>/<database> or pgsql:<what libpq takes> */
    public static function at(string $address): void
    {
        putenv("FISCAL_TEST_SHOP=$address");
        Application::setConnection(Connection::fromEnvironment());
        Option::forget();
        Application::$log = [];
    }

    /** Empties everything, installs the module and switches it on. */
    public static function fresh(string $kind): void
    {
        self::use($kind);
        $connection = Application::getConnection();
        foreach (Schema::tables() as $table) {
            $connection->queryExecute("DELETE FROM $table");
        }
        $connection->queryExecute('DROP TABLE IF EXISTS fiscal_relay_outbox');
        $connection->queryExecute('DROP TABLE IF EXISTS fiscal_relay_state');
        Schema::fill($connection);
        Option::forget();
        pg_query(self::superuser($kind), 'TRUNCATE fiscal.outbox, fiscal.job, fiscal.receipt CASCADE');
        self::install(...($kind === 'direct' ? ['direct', ''] : ['postgres', self::relayUrl($kind)]));
    }

    /** From now on events go to the relay's PostgreSQL by a login of their own, also where Bitrix lives in it. */
    public static function throughTheRelay(string $kind): void
    {
        Settings::set('target', 'postgres');
        Settings::set('database_url', self::relayUrl($kind));
    }

    /**
     * Installs the module and switches it on, an hour ago.
     *
     * @param string $url empty: direct needs none
     */
    public static function install(string $target, string $url): void
    {
        require_once dirname(__DIR__, 2) . '/local/modules/fiscal.relay/install/index.php';
        $module = new \fiscal_relay();
        $module->InstallDB();
        $module->InstallEvents();
        foreach (
            [
                'enabled' => 'Y', 'switched_on_at' => (string)(time() - 3600), 'portal' => 'shop.example.ru',
                'target' => $target, 'database_url' => $url, 'sweep_grace_seconds' => '0',
            ] as $name => $value
        ) {
            Settings::set($name, $value);
        }
        Application::$log = [];
    }

    /** A document root with a Bitrix in it, as far as the module's command looks for one. */
    public static function documentRoot(string $root): string
    {
        mkdir("$root/bitrix/modules/main/include", 0777, true);
        file_put_contents(
            "$root/bitrix/modules/main/include/prolog_before.php",
            '<?php require ' . var_export(__DIR__ . '/autoload.php', true) . ';'
        );

        return $root;
    }

    /** @return list<array<string, mixed>> what arrived, in its order */
    public static function arrived(string $kind): array
    {
        $result = pg_query(
            self::superuser($kind),
            'SELECT shop, kind, event_key, subject, payload, occurred_at FROM fiscal.outbox ORDER BY id'
        );

        return array_map(
            static fn (array $row) => ['payload' => json_decode($row['payload'], true)] + $row,
            pg_fetch_all($result)
        );
    }

    /** @return list<string> */
    public static function kinds(string $kind): array
    {
        return array_column(self::arrived($kind), 'kind');
    }

    public static function value(string $sql): mixed
    {
        $row = Application::getConnection()->query($sql)->fetch();

        return $row ? reset($row) : null;
    }

    /** Runs a PHP script of these tests in a process of its own. */
    public static function start(
        string $script,
        array $arguments = [],
        array $environment = [],
        bool $input = false,
    ): array {
        $process = proc_open(
            [PHP_BINARY, $script, ...$arguments],
            ($input ? [['pipe', 'r']] : []) + [1 => ['pipe', 'w'], 2 => ['pipe', 'w']],
            $pipes,
            null,
            $environment + getenv()
        );

        return [$process, $pipes];
    }

    /** @return array{0: int, 1: string, 2: string} exit code (-1: killed), output, errors */
    public static function finish(array $started): array
    {
        [$process, $pipes] = $started;
        $output = stream_get_contents($pipes[1]);
        $errors = stream_get_contents($pipes[2]);
        $code = proc_close($process);

        return [$code, $output, $errors];
    }

    /** What a script prints, which is JSON. */
    public static function json(string $script): array
    {
        return self::decoded(self::run($script));
    }

    /** @param array{0: int, 1: string, 2: string} $result */
    public static function decoded(array $result): array
    {
        [$code, $output, $errors] = $result;
        if ($code !== 0) {
            throw new Failure("a script ended with $code: $errors");
        }

        return json_decode($output, true, 512, JSON_THROW_ON_ERROR);
    }

    /** @param ?string $input what it finds on its standard input; null: what these tests have there */
    public static function run(
        string $script,
        array $arguments = [],
        array $environment = [],
        ?string $input = null,
    ): array {
        $started = self::start($script, $arguments, $environment, $input !== null);
        if ($input !== null) {
            fwrite($started[1][0], $input);
            fclose($started[1][0]);
        }

        return self::finish($started);
    }
}

<?php

declare(strict_types=1);

use Bitrix\Main\Application;
use Bitrix\Main\DB\Connection;
use Bitrix\Main\Loader;
use Fiscal\Tests\Schema;
use Fiscal\Tests\Servers;
use Fiscal\Tests\Site;
use Fiscal\Tests\Suite;

require __DIR__ . '/autoload.php';

// The tests play the shop and the portal, which have these loaded; ways in that do not are in EntrySuite.
Loader::includeModule('sale');
Loader::includeModule('rest');
Loader::includeModule('fiscal.relay');

// One document root for all: the CLI is tried in it too.
$GLOBALS['servers'] = $servers = new Servers();
$servers->start();

$postgres = pg_connect(getenv('FISCAL_TEST_PGSQL') . ' user=postgres dbname=postgres', PGSQL_CONNECT_FORCE_NEW);
foreach (['ROLE shop_writer LOGIN', 'ROLE bitrix LOGIN', 'DATABASE relay', 'DATABASE shop OWNER bitrix'] as $what) {
    pg_query($postgres, "CREATE $what");
}
$relay = pg_connect(getenv('FISCAL_TEST_PGSQL') . ' user=postgres dbname=relay', PGSQL_CONNECT_FORCE_NEW);
pg_query($relay, 'SET client_min_messages = warning');
// The runner of the migrations makes this one itself.
pg_query($relay, 'CREATE SCHEMA fiscal; CREATE TABLE fiscal.schema_migration (number integer PRIMARY KEY, name text)');
$root = dirname(__DIR__, 4);
foreach (glob("$root/migrations/*.sql") as $migration) {
    $sql = file_get_contents($migration);
    // One that says so is a single statement, which bears no transaction around it.
    $alone = str_starts_with($sql, '-- migration: no-transaction');
    pg_query($relay, $alone ? $sql : "BEGIN; $sql; COMMIT") || exit(1);
}
pg_query($relay, 'GRANT fiscal_writer TO shop_writer, bitrix');
pg_close($relay);
pg_query($postgres, 'CREATE DATABASE direct TEMPLATE relay');
$direct = pg_connect(getenv('FISCAL_TEST_PGSQL') . ' user=postgres dbname=direct', PGSQL_CONNECT_FORCE_NEW);
pg_query($direct, 'GRANT CREATE ON SCHEMA public TO bitrix');

foreach (Site::KINDS as $kind) {
    Site::use($kind);
    Schema::create(Application::getConnection());
}

$quiet = in_array('--quiet', $argv, true);
$words = array_values(array_diff(array_slice($argv, 1), ['--quiet']));
[$passed, $failed] = Suite::runAll($words[0] ?? '', $quiet);
echo "Bitrix module: $passed passed, $failed failed\n";
exit($failed === 0 && $passed > 0 ? 0 : 1);

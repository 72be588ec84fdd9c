<?php

declare(strict_types=1);

namespace Fiscal\Tests;

use Bitrix\Main\Application;
use Fiscal\Relay\Options\Settings;
use Fiscal\Relay\Relay\Resend;
use Fiscal\Relay\Setup\Properties;

/**
 * A self-hosted shop with the module on one machine: its web server, its cron, and a MariaDB unless its database is
 * somebody else's PostgreSQL. Each of them may be killed, and comes again.
 */
final class Machine
{
    private const KINDS = ['CLOUDKASSIR', 'REFUND', 'CORRECTION'];
    private const MOST_DEATHS = 12;

    private readonly WebServer $web;
    private readonly Cron $cron;
    private ?Servers $servers = null;
    private bool $hasCron = false;

    /**
     * @param string $database mysql: a MariaDB of its own; else the address of an empty PostgreSQL database, as libpq
     *   takes it
     * @param string $relay the relay's PostgreSQL, by a login that may write events
     * @param string $behind the webhook that answers what the module does not; empty: nobody
     * @param string $shop the shop's name in the relay
     * @param string $directory for logs, and for a document root
     */
    public function __construct(
        private readonly string $database,
        private readonly string $relay,
        string $behind,
        private readonly string $shop,
        private readonly string $directory,
    ) {
        putenv("FISCAL_TEST_BEHIND=$behind");
        $this->web = new WebServer("$directory/portal.log");
        $this->cron = new Cron("$directory/cron.log");
    }

    /** The shop with the module installed and switched on, its portal reachable, cron not yet at work. */
    public function start(): void
    {
        $_SERVER['DOCUMENT_ROOT'] = Site::documentRoot("$this->directory/root");
        putenv("FISCAL_RELAY_DOCUMENT_ROOT=$_SERVER[DOCUMENT_ROOT]");
        if ($this->database === 'mysql') {
            $this->servers = new Servers();
            $this->servers->startShop();
            Site::use('mysql');
        } else {
            Site::at("pgsql:$this->database");
        }
        $connection = Application::getConnection();
        $connection->startTransaction();
        Schema::create($connection);
        Schema::fill($connection);
        $connection->commitTransaction();
        Site::install('postgres', $this->relay);
        $codes = array_map(static fn (string $kind) => "{$kind}_FN,{$kind}_FD,{$kind}_FPD", self::KINDS);
        foreach (
            [
                'shop' => $this->shop, 'property_codes' => implode(',', $codes), 'default_store' => '1',
                'settlements' => '4 * full_payment',
                // Many transactions, so that there is many a moment to die at.
                'batch_size' => '3',
            ] as $name => $value
        ) {
            Settings::set($name, $value);
        }
        Properties::create();
        $this->web->start();
    }

    /** Does what a line asks for. */
    public function do(string $word, array $with): array
    {
        // What was connected may have been killed since.
        Application::setConnection(null);

        return match ($word) {
            'orders' => Site::json(__DIR__ . '/day.php'),
            'till' => $this->till(isset($with['dying'])),
            'add' => $this->add($with['orders']),
            'deaths' => $this->deaths(),
            'cron' => ['runs' => $this->hasCron = true],
            'resend' => Resend::since(time() - 3600),
            'kill' => ['killed' => $this->kill($with['what'])],
            'shown' => $this->shown(),
            default => throw new Failure("nobody knows how to $word"),
        };
    }

    /** Brings back what was killed, and lets cron work. */
    public function tick(): void
    {
        if (!$this->web->isRunning()) {
            $this->web->start();
        }
        if ($this->hasCron) {
            $this->cron->tick();
        }
    }

    public function webhook(): string
    {
        return $this->web->webhook();
    }

    /** Orders that are there already, of which nothing is to be told. */
    private function add(array $orders): array
    {
        $connection = Application::getConnection();
        $quote = static fn (string $text): string => "'" . $connection->getSqlHelper()->forSql($text) . "'";
        foreach (array_chunk($orders, 500) as $part) {
            $rows = array_map(static fn (array $order): string => '(' . (int)$order['id'] . ", 's1', 1, 'RUB', "
                . $quote($order['price']) . ", 'N', 'Y', 1, " . $quote($order['number']) . ')', $part);
            $connection->queryExecute('INSERT INTO b_sale_order (ID, LID, PERSON_TYPE_ID, CURRENCY, PRICE, CANCELED,'
                . ' PAYED, VERSION, ACCOUNT_NUMBER) VALUES ' . implode(', ', $rows));
        }

        return ['added' => count($orders)];
    }

    /** A day at the till; where the database is to die on the way, it is back only after a sale was refused. */
    private function till(bool $dying): array
    {
        [$process, $pipes] = Site::start(__DIR__ . '/till.php', $dying ? ['dying'] : [], input: true);
        if ($dying) {
            $this->heard($pipes[1], 'half');
            $this->servers->killMaria();
            fwrite($pipes[0], "go on\n");
            $this->heard($pipes[1], 'refused');
            $this->servers->startMaria();
        }

        return Site::decoded(Site::finish([$process, $pipes]));
    }

    /** @param resource $pipe */
    private function heard($pipe, string $word): void
    {
        $line = trim((string)fgets($pipe));
        if ($line !== $word) {
            throw new Failure("the till did not say $word but: $line");
        }
    }

    /** The relay dies at each of its writes to the shop's database in turn, until it gets through. */
    private function deaths(): array
    {
        for ($deaths = 0; $deaths < self::MOST_DEATHS; $deaths++) {
            $at = ($deaths % 2 === 0 ? 'before:' : 'after:') . ($deaths + 1);
            [$code, , $errors] = Site::run(__DIR__ . '/relay.php', [$at]);
            if ($code === 0) {
                break;
            }
            if ($errors !== '') {
                throw new Failure("the relay ended badly: $errors");
            }
        }

        return ['deaths' => $deaths];
    }

    private function kill(string $what): string
    {
        match ($what) {
            'web' => $this->web->stop(),
            'relay' => $this->cron->kill(),
            'database' => $this->killDatabase(),
        };

        return $what;
    }

    private function killDatabase(): void
    {
        $this->servers->killMaria();
        $this->servers->startMaria();
    }

    /** Fiscal properties by order, and what still waits for the relay. */
    private function shown(): array
    {
        $rows = Application::getConnection()->query(
            "SELECT ORDER_ID AS ORDER_ID, CODE AS CODE, VALUE AS VALUE FROM b_sale_order_props_value WHERE VALUE <> ''"
        );
        $orders = [];
        while ($row = $rows->fetch()) {
            $orders[(int)$row['ORDER_ID']][$row['CODE']] = $row['VALUE'];
        }

        return [
            // An object even when empty, and when its keys are 0, 1, 2.
            'orders' => (object)$orders,
            'waiting' => (int)Site::value('SELECT COUNT(*) AS N FROM fiscal_relay_outbox WHERE sent_at IS NULL'),
        ];
    }
}

<?php

declare(strict_types=1);

namespace Fiscal\Tests\Cases;

use Fiscal\Relay\Options\Settings;
use Fiscal\Tests\JsonSchema;
use Fiscal\Tests\Site;
use Fiscal\Tests\Suite;

final class ExampleSuite extends Suite
{
    public function testPlainSql(): void
    {
        Site::fresh('mysql');
        $writer = pg_connect(Site::relayUrl('mysql'), PGSQL_CONNECT_FORCE_NEW);
        for ($i = 0; $i < 2; $i++) {
            $this->true(
                pg_query($writer, (string)file_get_contents(__DIR__ . '/../../examples/outbox.sql')) !== false,
                (string)pg_last_error($writer)
            );
        }
        $this->valid('mysql', ['order.paid', 'order.shipped', 'payment.refunded']);
    }

    public function testInitPhp(): void
    {
        Site::fresh('direct');
        Settings::set('enabled', 'N');
        // In a process of its own: its handler would stay for the other tests.
        $this->same([0, "0 faults\n", ''], Site::run(__DIR__ . '/../support/example.php'));
        $this->valid('direct', ['order.paid']);
    }

    private function valid(string $kind, array $kinds): void
    {
        $this->same($kinds, Site::kinds($kind));
        foreach (Site::arrived($kind) as $event) {
            $schema = dirname(__DIR__, 4) . "/Sources/Relay/Schemas/$event[kind].json";
            $this->same([], JsonSchema::faults($schema, json_encode($event['payload'])), $event['kind']);
        }
    }
}

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
        [$code, $logged, $errors] = Site::run(__DIR__ . '/../support/example.php');
        $this->same([0, "Exception Bitrix\\Main\\DB\\SqlQueryException\n", ''], [$code, $logged, $errors]);
        $this->valid('direct', ['order.paid', 'order.paid', 'order.paid']);
        [$whole, $first, $second] = array_column(Site::arrived('direct'), 'payload');
        $this->same('full_prepayment', $whole['settlement']);
        $this->same(
            ['name' => 'Доставка', 'price' => '300.0000', 'vat_rate' => '0.22'],
            array_intersect_key(array_replace(['name' => '', 'price' => '', 'vat_rate' => ''], $whole['delivery']), [
                'name' => 1, 'price' => 1, 'vat_rate' => 1,
            ])
        );
        $this->same(
            [['prepayment', '700.00'], ['prepayment', '900.00']],
            array_map(static fn (array $one) => [$one['settlement'], $one['payment']['sum']], [$first, $second])
        );
        $this->same($first['items'], $second['items']);
        $this->same(['2', '0.1', '1'], array_column($first['items'], 'quantity'));
        $this->same('Чайник 🫖', $first['items'][0]['name']);
        $last = end($first['items']);
        $this->same(['Доставка', '200.0000', null], [$last['name'], $last['price'], $last['vat_rate']]);
        $this->same('Курьер', $first['delivery']['name']);
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

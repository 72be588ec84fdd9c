<?php

declare(strict_types=1);

namespace Fiscal\Tests\Cases;

use Bitrix\Main\Application;
use Fiscal\Tests\Shop;
use Fiscal\Tests\Site;
use Fiscal\Tests\Suite;

/** The shop's process dies before and after each of its commits; then the sweep and the relay run. */
final class CrashSuite extends Suite
{
    private const SCENARIO = __DIR__ . '/../support/scenario.php';

    public function testDeathAtEveryWrite(string $kind): void
    {
        [$code, $writes, $errors] = Site::run(self::SCENARIO);
        $this->same(0, $code, $errors);
        $this->true((int)$writes > 15, "writes: $writes");
        $this->same(
            ['order.paid', 'order.shipped', 'shipment.undone', 'payment.refunded', 'order.cancelled'],
            Site::kinds($kind)
        );
        for ($write = 1; $write <= (int)$writes; $write++) {
            // Dead after a write is dead before the next: one of the two is enough, except at the end.
            $this->dieAndRecover($kind, "before:$write");
        }
        $this->dieAndRecover($kind, 'after:' . (int)$writes);
    }

    private function dieAndRecover(string $kind, string $at): void
    {
        $connection = Application::getConnection();
        foreach (['b_sale_order', 'b_sale_order_payment', 'b_sale_order_delivery', 'fiscal_relay_outbox'] as $table) {
            $connection->queryExecute("DELETE FROM $table");
        }
        pg_query(Site::superuser($kind), 'TRUNCATE fiscal.outbox, fiscal.job CASCADE');
        Site::run(self::SCENARIO, [$at]);
        Shop::sweep();
        Shop::relay();
        Shop::sweep();
        Shop::relay();
        $kinds = Site::kinds($kind);
        $keys = array_column(Site::arrived($kind), 'event_key');
        $this->same($keys, array_values(array_unique($keys)), "$at: each once");
        // What the shop's tables say now must be what the last event of each entity says.
        $expected = [
            'payment' => $this->state('SELECT PAID AS S FROM b_sale_order_payment'),
            'shipment' => $this->state('SELECT DEDUCTED AS S FROM b_sale_order_delivery'),
            'order' => $this->state('SELECT CANCELED AS S FROM b_sale_order'),
        ];
        foreach (
            [
                'payment' => ['order.paid' => 'Y', 'payment.refunded' => 'N'],
                'shipment' => ['order.shipped' => 'Y', 'shipment.undone' => 'N'],
                'order' => ['order.cancelled' => 'Y'],
            ] as $entity => $says
        ) {
            $told = 'N';
            foreach ($kinds as $one) {
                $told = $says[$one] ?? $told;
            }
            $this->same($expected[$entity], $told, "$at: the $entity is told, " . implode(' ', $kinds));
        }
        $this->same(count($kinds), count(array_unique($kinds)), "$at: nothing twice, " . implode(' ', $kinds));
    }

    private function state(string $sql): string
    {
        return trim((string)(Site::value($sql) ?? 'N')) === 'Y' ? 'Y' : 'N';
    }
}

<?php

declare(strict_types=1);

namespace Fiscal\Relay\Sweep;

use Bitrix\Main\Application;
use Bitrix\Sale\Order;
use Fiscal\Relay\Facts\Recorder;
use Fiscal\Relay\Module;
use Fiscal\Relay\Options\Settings;
use Fiscal\Relay\Store\Outbox;
use Fiscal\Relay\Store\State;

/**
 * Finds facts that have no row: the process died between the shop's commit and ours, a handler was off, somebody wrote
 * to the tables directly.
 *
 * The recent past is looked through whole on each run, everything else piece by piece, over and over.
 */
final class Sweep
{
    private const LOCK = 'fiscal_relay_sweep';

    private readonly ShopRows $rows;
    private readonly Candidates $candidates;
    private int $found = 0;
    /** @var array<string, true> orders that could not be read, so that one run reports each once */
    private array $broken = [];

    /** @param ?int $now seconds since 1970 */
    public function __construct(private readonly ?int $now = null)
    {
        $this->rows = new ShopRows(
            $this->now() - Settings::number('sweep_grace_seconds', 0, 86400),
            Settings::number('sweep_chunk', 10, 5000)
        );
        $this->candidates = new Candidates();
    }

    /** @return int how many facts were found */
    public function run(): int
    {
        if (!Settings::takesEvents()) {
            return 0;
        }
        $connection = Application::getConnection();
        if (!$connection->lock(self::LOCK, 0)) {
            return 0;
        }
        try {
            $from = max(
                Settings::switchedOnAt(),
                $this->now() - 3600 * Settings::number('sweep_window_hours', 1, 24 * 31)
            );
            $this->recentOrders($from);
            $this->recentPayments($from);
            $this->walk('sweep_payment', $this->rows->paymentsAfter(...), $this->payments(...));
            $this->walk('sweep_shipment', $this->rows->shipmentsAfter(...), $this->shipments(...));
            State::set('sweep_at', (string)time());
            if ($this->found > 0) {
                State::set('sweep_found', $this->found . ' ' . time());
            }
        } finally {
            $connection->unlock(self::LOCK);
        }

        return $this->found;
    }

    private function recentOrders(int $from): void
    {
        $after = 0;
        while (($rows = $this->rows->ordersUpdated($from, $after)) !== []) {
            $orders = array_map(static fn (array $row) => (int)$row['ID'], $rows);
            $this->payments($this->rows->paymentsOf($orders));
            $this->shipments($this->rows->shipmentsOf($orders));
            foreach ($this->candidates->cancellations($rows) as $id) {
                $this->withOrder($id, fn (Order $order) => Recorder::order($order, Outbox::SOURCE_SWEEP));
            }
            $after = end($orders);
        }
    }

    /** Payments marked by SQL do not touch their order. */
    private function recentPayments(int $from): void
    {
        $after = 0;
        while (($rows = $this->rows->paymentsPaid($from, $after)) !== []) {
            $this->payments($rows);
            $after = (int)end($rows)['ID'];
        }
    }

    /** One piece of a table by primary key; at its end it begins anew. */
    private function walk(string $cursor, callable $page, callable $check): void
    {
        $rows = $page((int)State::get($cursor));
        $check($rows);
        State::set($cursor, $rows === [] ? '0' : (string)end($rows)['ID']);
    }

    private function payments(array $rows): void
    {
        foreach ($this->candidates->payments($rows) as $orderId => $ids) {
            $this->withOrder($orderId, static function (Order $order) use ($ids): int {
                $found = 0;
                foreach ($ids as $id) {
                    $payment = $order->getPaymentCollection()->getItemById($id);
                    $found += $payment === null ? 0 : Recorder::payment($order, $payment, Outbox::SOURCE_SWEEP);
                }

                return $found;
            });
        }
    }

    private function shipments(array $rows): void
    {
        foreach ($this->candidates->shipments($rows) as $orderId => $ids) {
            $this->withOrder($orderId, static function (Order $order) use ($ids): int {
                $found = 0;
                foreach ($ids as $id) {
                    $shipment = $order->getShipmentCollection()->getItemById($id);
                    $found += $shipment === null ? 0 : Recorder::shipment($order, $shipment, Outbox::SOURCE_SWEEP);
                }

                return $found;
            });
        }
    }

    /** An order that cannot be read must not hide the others. */
    private function withOrder(int $id, callable $work): void
    {
        if (isset($this->broken[(string)$id])) {
            return;
        }
        try {
            $order = Order::load($id);
            $this->found += $order === null ? 0 : $work($order);
        } catch (\Throwable $fault) {
            $this->broken[(string)$id] = true;
            Module::report($fault);
            State::set('sweep_error', "order $id: " . get_class($fault) . ' ' . time());
        }
    }

    private function now(): int
    {
        return $this->now ?? time();
    }
}

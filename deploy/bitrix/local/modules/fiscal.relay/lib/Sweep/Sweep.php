<?php

declare(strict_types=1);

namespace Fiscal\Relay\Sweep;

use Bitrix\Main\Application;
use Bitrix\Sale\Order;
use Fiscal\Relay\Facts\Recorder;
use Fiscal\Relay\FaultName;
use Fiscal\Relay\Module;
use Fiscal\Relay\Options\Era;
use Fiscal\Relay\Options\Settings;
use Fiscal\Relay\Snapshot\OrderSnapshot;
use Fiscal\Relay\Store\Outbox;
use Fiscal\Relay\Store\State;

/**
 * Finds facts that have no row: the process died between the shop's commit and ours, a handler was off, somebody wrote
 * to the tables directly.
 *
 * The recent past is looked through whole on each run. Everything since the switch-on is walked through page by page,
 * over and over: orders by when they were saved, payments by when they were paid, what is new by its number, and the
 * orders that we have recorded anything of, which may have been changed past Bitrix.
 */
final class Sweep
{
    private const LOCK = 'fiscal_relay_sweep';

    private readonly ShopRows $rows;
    private readonly Candidates $candidates;
    private readonly Era $era;
    private int $found = 0;
    /** @var array<string, true> orders that could not be read, so that one run reports each once */
    private array $broken = [];

    /** @param ?int $now seconds since 1970 */
    public function __construct(private readonly ?int $now = null)
    {
        $this->era = Era::current();
        $this->rows = new ShopRows(
            Era::local($this->now() - Settings::number('sweep_grace_seconds', 0, 86400)),
            self::page()
        );
        $this->candidates = new Candidates($this->era);
    }

    /**
     * @return int how many facts were found
     * @throws \Fiscal\Relay\SaleAway
     */
    public function run(): int
    {
        if (!Settings::isOn() || !$this->era->mayHoldEvents(Era::local($this->now()))) {
            return 0;
        }
        Module::loadSale();
        $connection = Application::getConnection();
        if (!$connection->lock(self::LOCK, 0)) {
            return 0;
        }
        try {
            $window = 3600 * Settings::number('sweep_window_hours', 1, 24 * 31);
            $from = max($this->era->since(), Era::local($this->now() - $window));
            $this->recentOrders($from);
            $this->recentPayments($from);
            $this->walkOrders();
            $this->walkPayments();
            $this->walkNewPayments();
            $this->walkNewShipments();
            $this->walkRecorded();
            State::set('sweep_at', (string)time());
            if ($this->found > 0) {
                State::set('sweep_found', $this->found . ' ' . time());
            }
        } finally {
            $connection->unlock(self::LOCK);
        }

        return $this->found;
    }

    private function recentOrders(string $from): void
    {
        $after = 0;
        while (($rows = $this->rows->ordersUpdated($from, $after)) !== []) {
            $this->orders($rows);
            ['UPDATED_AT' => $from, 'ID' => $after] = end($rows);
            $after = (int)$after;
        }
    }

    /** Payments marked by SQL do not touch their order. */
    private function recentPayments(string $from): void
    {
        $after = 0;
        while (($rows = $this->rows->paymentsPaid($from, $after)) !== []) {
            $this->payments($rows);
            ['PAID_AT' => $from, 'ID' => $after] = end($rows);
            $after = (int)$after;
        }
    }

    private function walkOrders(): void
    {
        $cursor = Cursor::ofMoments('sweep_orders', $this->era->since());
        $rows = $this->rows->ordersUpdated($cursor->moment, $cursor->id);
        $this->orders($rows);
        $cursor->keep($rows, 'UPDATED_AT');
    }

    private function walkPayments(): void
    {
        $cursor = Cursor::ofMoments('sweep_paid', $this->era->since());
        $rows = $this->rows->paymentsPaid($cursor->moment, $cursor->id);
        $this->payments($rows);
        $cursor->keep($rows, 'PAID_AT');
    }

    private function walkNewPayments(): void
    {
        $cursor = Cursor::ofIds('sweep_payment', Settings::firstPaymentId());
        $rows = $this->rows->paymentsAfter($cursor->id);
        $this->payments($rows);
        $cursor->keep($rows);
    }

    private function walkNewShipments(): void
    {
        $cursor = Cursor::ofIds('sweep_shipment', Settings::firstShipmentId());
        $rows = $this->rows->shipmentsAfter($cursor->id);
        $this->shipments($rows);
        $cursor->keep($rows);
    }

    private function walkRecorded(): void
    {
        $cursor = Cursor::ofIds('sweep_recorded', 0);
        $rows = Outbox::after($cursor->id, self::page());
        $orders = [];
        foreach ($rows as $row) {
            if ($row['ENTITY'] !== null) {
                $orders[OrderSnapshot::orderOf((string)$row['SUBJECT'])] = true;
            }
        }
        $this->orders($this->rows->orders(array_keys($orders)));
        $cursor->keep($rows);
    }

    /** @param list<array<string, mixed>> $rows of b_sale_order */
    private function orders(array $rows): void
    {
        $ids = array_map(static fn (array $row) => (int)$row['ID'], $rows);
        $this->payments($this->rows->paymentsOf($ids));
        $this->shipments($this->rows->shipmentsOf($ids));
        foreach ($this->candidates->cancellations($rows) as $id) {
            $this->withOrder($id, static fn (Order $order) => Recorder::order($order, Outbox::SOURCE_SWEEP));
        }
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
            State::set('sweep_error', "order $id: " . FaultName::of($fault) . ' ' . time());
        }
    }

    private static function page(): int
    {
        return Settings::number('sweep_chunk', 10, 5000);
    }

    private function now(): int
    {
        return $this->now ?? time();
    }
}

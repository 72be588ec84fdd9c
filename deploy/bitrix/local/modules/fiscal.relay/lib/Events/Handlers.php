<?php

declare(strict_types=1);

namespace Fiscal\Relay\Events;

use Bitrix\Main\Event;
use Bitrix\Sale\Order;
use Bitrix\Sale\Payment;
use Bitrix\Sale\Shipment;
use Fiscal\Relay\Facts\Recorder;
use Fiscal\Relay\Module;
use Fiscal\Relay\Options\Era;
use Fiscal\Relay\Options\Settings;
use Fiscal\Relay\Store\Outbox;
use Fiscal\Relay\Store\TransactionLost;
use Fiscal\Relay\Text\Moment;

/**
 * Listens to orders being saved. Runs in the buyer's request: no HTTP, rows found by index only, and whatever goes
 * wrong stays here, since an exception would leave the order half saved. One thing is passed on: that MySQL has rolled
 * back the shop's own transaction under it, since then there is nothing saved any more.
 */
final class Handlers
{
    /** sale:OnSalePaymentEntitySaved. The only event that tells of both directions. */
    public static function onPaymentSaved(Event $event): void
    {
        self::guarded(static function () use ($event): void {
            $payment = $event->getParameter('ENTITY');
            $before = $event->getParameter('VALUES');
            if (!$payment instanceof Payment || !is_array($before)) {
                return;
            }
            // Values before the save, of changed fields only; a new payment has no number before it.
            $touched = array_intersect_key($before, ['PAID' => 1, 'DATE_PAID' => 1, 'ID' => 1]) !== [];
            $became = $payment->isPaid()
                ? $touched && ($before['PAID'] ?? 'N') !== 'Y'
                : ($before['PAID'] ?? '') === 'Y';
            $order = self::orderOf($payment);
            if ($became && $order !== null) {
                Collector::note($order, 'payment', $payment);
            }
        });
    }

    /** sale:OnShipmentDeducted. Fires for the undo too. */
    public static function onShipmentDeducted(Event $event): void
    {
        self::guarded(static function () use ($event): void {
            $shipment = $event->getParameter('ENTITY');
            $order = $shipment instanceof Shipment ? self::orderOf($shipment) : null;
            if ($order !== null) {
                Collector::note($order, 'shipment', $shipment);
            }
        });
    }

    /** sale:OnSaleOrderSaved. Everything of the order is stored now. */
    public static function onOrderSaved(Event $event): void
    {
        self::guarded(static function () use ($event): void {
            $order = $event->getParameter('ENTITY');
            if (!$order instanceof Order) {
                return;
            }
            $changes = Collector::take($order);
            usort($changes, static fn (object $a, object $b) => self::rank($a) <=> self::rank($b));
            foreach ($changes as $entity) {
                self::guarded(static fn () => $entity instanceof Payment
                    ? Recorder::payment($order, $entity, Outbox::SOURCE_EVENT)
                    : Recorder::shipment($order, $entity, Outbox::SOURCE_EVENT));
            }
        });
    }

    /** sale:OnSaleOrderPaid. Says nothing new of a payment that was recorded; it is the net below the first event. */
    public static function onOrderPaid(Event $event): void
    {
        self::guarded(static function () use ($event): void {
            $order = $event->getParameter('ENTITY');
            if (!$order instanceof Order || !$order->isPaid()) {
                return;
            }
            foreach ($order->getPaymentCollection() as $payment) {
                $at = $payment->isPaid() ? Moment::seconds($payment->getField('DATE_PAID')) : null;
                if ($at !== null && Era::current()->takesEvents(Era::local($at))) {
                    Recorder::payment($order, $payment, Outbox::SOURCE_EVENT);
                }
            }
        });
    }

    /** sale:OnSaleOrderCanceled. Fires for the undo too. */
    public static function onOrderCanceled(Event $event): void
    {
        self::guarded(static function () use ($event): void {
            $order = $event->getParameter('ENTITY');
            if ($order instanceof Order) {
                Recorder::order($order, Outbox::SOURCE_EVENT);
            }
        });
    }

    /** Money in before goods out, and goods back before money back: the order in which receipts build on each other. */
    private static function rank(object $entity): int
    {
        return match (true) {
            $entity instanceof Payment => $entity->isPaid() ? 0 : 3,
            default => $entity->isShipped() ? 1 : 2,
        };
    }

    private static function orderOf(object $entity): ?Order
    {
        $order = $entity->getCollection()?->getOrder();

        return $order instanceof Order ? $order : null;
    }

    private static function guarded(callable $work): void
    {
        try {
            if (Settings::takesEvents()) {
                $work();
            }
        } catch (TransactionLost $lost) {
            throw $lost;
        } catch (\Throwable $fault) {
            Module::report($fault);
        }
    }
}

<?php

declare(strict_types=1);

namespace Fiscal\Relay\Facts;

use Bitrix\Sale\Order;
use Bitrix\Sale\Payment;
use Bitrix\Sale\Shipment;
use Fiscal\Relay\Options\Era;
use Fiscal\Relay\Store\Outbox;
use Fiscal\Relay\Text\Moment;

/** Decides whether the present state of an entity is our business, and records it, for handlers and sweep alike. */
final class Recorder
{
    /** @return int how many facts were news */
    public static function payment(Order $order, Payment $payment, string $source): int
    {
        if (!PaymentFacts::isOurs($payment)) {
            return 0;
        }
        if (!$payment->isPaid()) {
            return (int)Outbox::record(PaymentFacts::unpaid($order, $payment), $source);
        }

        return (int)Outbox::record(PaymentFacts::paid($order, $payment), $source)
            + self::heldShipments($order, $source);
    }

    /** @return int how many facts were news */
    public static function shipment(Order $order, Shipment $shipment, string $source): int
    {
        if ($shipment->isSystem()) {
            return 0;
        }
        if (!$shipment->isShipped()) {
            // What was never reported as handed over is not taken back either.
            $states = Outbox::states(ShipmentFacts::ENTITY, [(int)$shipment->getId()]);

            return $states === [] ? 0 : (int)Outbox::record(ShipmentFacts::undone($order, $shipment), $source);
        }
        $fact = ShipmentFacts::isDue($order, $shipment) ? ShipmentFacts::deducted($order, $shipment) : null;

        return $fact === null ? 0 : (int)Outbox::record($fact, $source);
    }

    /** @return int how many facts were news */
    public static function order(Order $order, string $source): int
    {
        if (!OrderFacts::isOurs($order)) {
            return 0;
        }
        if ($order->isCanceled()) {
            return (int)Outbox::record(OrderFacts::cancelled($order), $source);
        }
        $states = Outbox::states(OrderFacts::ENTITY, [(int)$order->getId()]);

        return $states === [] ? 0 : (int)Outbox::record(OrderFacts::restored($order), $source);
    }

    /** Shipments that waited for the money taken at the door, once all that was paid is recorded before them. */
    private static function heldShipments(Order $order, string $source): int
    {
        $news = 0;
        if (self::hasUnrecordedPayments($order)) {
            return 0;
        }
        foreach ($order->getShipmentCollection() as $shipment) {
            $at = $shipment->isSystem() || !$shipment->isShipped()
                ? null
                : Moment::seconds($shipment->getField('DATE_DEDUCTED'));
            if ($at !== null && Era::current()->takesEvents(Era::local($at))) {
                $news += self::shipment($order, $shipment, $source);
            }
        }

        return $news;
    }

    /** Each of them comes by here itself when it is recorded. */
    private static function hasUnrecordedPayments(Order $order): bool
    {
        $ids = [];
        foreach ($order->getPaymentCollection() as $payment) {
            $at = $payment->isPaid() && PaymentFacts::isOurs($payment)
                ? Moment::seconds($payment->getField('DATE_PAID'))
                : null;
            if ($at !== null && Era::current()->takesEvents(Era::local($at))) {
                $ids[] = (int)$payment->getId();
            }
        }
        $states = Outbox::states(PaymentFacts::ENTITY, $ids);
        foreach ($ids as $id) {
            if (($states[$id]['state'] ?? '') !== PaymentFacts::PAID) {
                return true;
            }
        }

        return false;
    }
}

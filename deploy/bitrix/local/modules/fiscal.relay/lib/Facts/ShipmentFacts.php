<?php

declare(strict_types=1);

namespace Fiscal\Relay\Facts;

use Bitrix\Sale\Order;
use Bitrix\Sale\Payment;
use Bitrix\Sale\Shipment;
use Fiscal\Relay\Options\ShipmentPolicy;
use Fiscal\Relay\Snapshot\GoodsSnapshot;
use Fiscal\Relay\Snapshot\OrderSnapshot;
use Fiscal\Relay\Store\Fact;
use Fiscal\Relay\Text\Moment;

/** Goods left the store for the buyer, or came back before they were handed over. */
final class ShipmentFacts
{
    public const ENTITY = 'shipment';
    public const DEDUCTED = 'Y';
    public const UNDONE = 'N';

    /** @param ?Payment $without counts as not paid */
    public static function isDue(Order $order, Shipment $shipment, ?Payment $without = null): bool
    {
        $payments = [];
        foreach ($order->getPaymentCollection() as $payment) {
            if (!$payment->isInner()) {
                $payments[] = [
                    'paySystem' => (int)$payment->getPaymentSystemId(),
                    'paid' => $payment !== $without && $payment->isPaid(),
                ];
            }
        }

        return !$shipment->isSystem() && ShipmentPolicy::isDue($payments, (int)$shipment->getDeliveryId());
    }

    /** @return ?Fact null for a shipment without goods */
    public static function deducted(Order $order, Shipment $shipment): ?Fact
    {
        $at = Moment::seconds($shipment->getField('DATE_DEDUCTED')) ?? time();
        $items = GoodsSnapshot::ofShipment($shipment);
        if ($items === []) {
            return null;
        }
        $payload = [
            'v' => 1,
            'order' => OrderSnapshot::head($order),
            'shipment' => ['id' => $shipment->getId(), 'shipped_at' => Moment::iso($at)],
            'paid_now' => '0.00',
            'customer' => OrderSnapshot::customer($order),
            'items' => $items,
        ] + GoodsSnapshot::delivery([$shipment]);

        return EntityFact::of(
            $order,
            self::ENTITY,
            $shipment,
            'order.shipped',
            'deducted',
            self::DEDUCTED,
            $payload,
            $at
        );
    }

    public static function undone(Order $order, Shipment $shipment): Fact
    {
        $now = time();
        $reason = trim((string)$shipment->getField('REASON_UNDO_DEDUCTED'));
        $payload = [
            'v' => 1,
            'order' => OrderSnapshot::head($order),
            'shipment' => ['id' => $shipment->getId(), 'undone_at' => Moment::iso($now)]
                + ($reason === '' ? [] : ['reason' => $reason]),
        ];

        return EntityFact::of(
            $order,
            self::ENTITY,
            $shipment,
            'shipment.undone',
            'undone',
            self::UNDONE,
            $payload,
            $now
        );
    }
}

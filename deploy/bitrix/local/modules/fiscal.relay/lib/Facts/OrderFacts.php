<?php

declare(strict_types=1);

namespace Fiscal\Relay\Facts;

use Bitrix\Sale\Order;
use Fiscal\Relay\Snapshot\OrderSnapshot;
use Fiscal\Relay\Store\Fact;
use Fiscal\Relay\Text\Moment;

/** An order was cancelled. */
final class OrderFacts
{
    public const ENTITY = 'order';
    public const CANCELLED = 'Y';
    public const RESTORED = 'N';

    public static function isOurs(Order $order): bool
    {
        foreach ($order->getPaymentCollection() as $payment) {
            if (PaymentFacts::isOurs($payment)) {
                return true;
            }
        }

        return false;
    }

    public static function cancelled(Order $order): Fact
    {
        $at = Moment::seconds($order->getField('DATE_CANCELED')) ?? time();
        $reason = trim((string)$order->getField('REASON_CANCELED'));
        $payload = ['v' => 1, 'order' => OrderSnapshot::head($order), 'cancelled_at' => Moment::iso($at)]
            + ($reason === '' ? [] : ['reason' => $reason]);

        return EntityFact::of(
            $order,
            self::ENTITY,
            $order,
            'order.cancelled',
            'cancelled',
            self::CANCELLED,
            $payload,
            $at
        );
    }

    /** Nobody is told, but the next cancellation must be news again. */
    public static function restored(Order $order): Fact
    {
        return EntityFact::of($order, self::ENTITY, $order, '', 'restored', self::RESTORED, [], time());
    }
}

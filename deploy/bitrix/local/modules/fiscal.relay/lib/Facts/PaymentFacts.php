<?php

declare(strict_types=1);

namespace Fiscal\Relay\Facts;

use Bitrix\Sale\Order;
use Bitrix\Sale\Payment;
use Fiscal\Relay\Options\Settings;
use Fiscal\Relay\Options\SettlementTable;
use Fiscal\Relay\Snapshot\GoodsSnapshot;
use Fiscal\Relay\Snapshot\OrderSnapshot;
use Fiscal\Relay\Store\Fact;
use Fiscal\Relay\Store\Outbox;
use Fiscal\Relay\Text\Decimal;
use Fiscal\Relay\Text\Moment;

/** Money of a payment came in or went back. */
final class PaymentFacts
{
    public const ENTITY = 'payment';
    public const PAID = 'Y';
    public const UNPAID = 'N';

    public static function isOurs(Payment $payment): bool
    {
        if ($payment->isInner() && Settings::flag('inner_as_bonus')) {
            return false;
        }

        return Settings::isOurPaySystem((int)$payment->getPaymentSystemId());
    }

    public static function paid(Order $order, Payment $payment): Fact
    {
        $paidAt = Moment::seconds($payment->getField('DATE_PAID')) ?? time();
        $own = GoodsSnapshot::ofPayment($order, $payment);
        $goods = $own['items'] ?? GoodsSnapshot::ofOrder($order);
        $delivery = $own['delivery'] ?? GoodsSnapshot::delivery(GoodsSnapshot::shipments($order));
        $bonus = $own === null ? self::bonus($order) : 0;
        $payload = [
            'v' => 1,
            'order' => OrderSnapshot::head($order),
            'payment' => [
                'id' => $payment->getId(),
                'sum' => Decimal::money($payment->getSum()),
                'means' => self::means($payment),
                'paid_at' => Moment::iso($paidAt),
            ],
            'settlement' => self::settlement($order, $payment, $own !== null, $bonus),
            'customer' => OrderSnapshot::customer($order),
            'items' => array_merge($goods, $delivery['items'] ?? []),
        ];
        unset($delivery['items']);
        $payload += $delivery;
        if ($bonus > 0) {
            $payload['bonus'] = Decimal::fromKopecks($bonus);
        }

        return EntityFact::of($order, self::ENTITY, $payment, 'order.paid', 'paid', self::PAID, $payload, $paidAt);
    }

    /** The whole payment went back, or was only marked as unpaid. */
    public static function unpaid(Order $order, Payment $payment): Fact
    {
        $return = (string)$payment->getField('IS_RETURN');
        // P: through the pay system, money left. Y: to the buyer's account in the shop. N: somebody took the mark away.
        $kind = match ($return) {
            'P' => 'payment.refunded',
            'Y' => Settings::get('unpaid_inner'),
            default => Settings::get('unpaid_plain'),
        };
        $known = ['payment.refunded', 'payment.cancelled'];
        $now = time();
        $refund = ['id' => 'unpaid-' . $payment->getId() . '-' . $now, 'refunded_at' => Moment::iso($now)];
        $comment = trim((string)$payment->getField('PAY_RETURN_NUM'));
        // No sum: it is all that is left of the payment, and part of it may have gone back before.
        $payload = [
            'v' => 1,
            'order' => OrderSnapshot::head($order),
            'payment' => ['id' => $payment->getId()],
            'refund' => $refund + ($comment === '' ? [] : ['document' => $comment]) + ['is_return' => $return ?: 'N'],
            'customer' => OrderSnapshot::customer($order),
        ];
        $kind = in_array($kind, $known, true) ? $kind : '';

        return EntityFact::of($order, self::ENTITY, $payment, $kind, 'unpaid', self::UNPAID, $payload, $now);
    }

    public static function means(Payment $payment): string
    {
        if ($payment->isInner()) {
            return 'prepaid';
        }
        $cash = (string)($payment->getPaySystem()?->getField('IS_CASH') ?? 'N');

        return $cash === 'Y' ? 'cash' : 'electronic';
    }

    private static function settlement(Order $order, Payment $payment, bool $named, int $bonus): string
    {
        $shipments = GoodsSnapshot::shipments($order);
        $delivery = $shipments === [] ? null : (int)$shipments[0]->getDeliveryId();
        $settlement = SettlementTable::current()->settlement((int)$payment->getPaymentSystemId(), $delivery);
        if ($settlement !== SettlementTable::ADVANCE && self::isHandedOver($order, $payment, $shipments)) {
            return 'credit_payment';
        }
        $due = Decimal::kopecks($order->getPrice()) - $bonus;
        $isPart = !$named && Decimal::kopecks($payment->getSum()) < $due;

        return $isPart && $settlement !== SettlementTable::ADVANCE ? 'prepayment' : $settlement;
    }

    /**
     * Whether all goods were reported as handed over without this payment: then it pays a debt. Goods that are reported
     * only once they are paid at the door leave none, also when they are paid again after a return.
     */
    private static function isHandedOver(Order $order, Payment $payment, array $shipments): bool
    {
        $ids = [];
        foreach ($shipments as $shipment) {
            if (!$shipment->isShipped() || !ShipmentFacts::isDue($order, $shipment, $payment)) {
                return false;
            }
            $ids[] = (int)$shipment->getId();
        }
        $states = Outbox::states(ShipmentFacts::ENTITY, $ids);
        foreach ($ids as $id) {
            if (($states[$id]['state'] ?? '') !== ShipmentFacts::DEDUCTED) {
                return false;
            }
        }

        return $ids !== [];
    }

    /** What the buyer's account in the shop paid, where the shop counts that as a discount. */
    private static function bonus(Order $order): int
    {
        if (!Settings::flag('inner_as_bonus')) {
            return 0;
        }
        $kopecks = 0;
        foreach ($order->getPaymentCollection() as $payment) {
            $kopecks += $payment->isInner() && $payment->isPaid() ? Decimal::kopecks($payment->getSum()) : 0;
        }

        return $kopecks;
    }
}

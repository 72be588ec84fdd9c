<?php

declare(strict_types=1);

namespace Fiscal\Relay;

use Bitrix\Main\Application;
use Fiscal\Relay\Options\Settings;
use Fiscal\Relay\Snapshot\OrderSnapshot;
use Fiscal\Relay\Snapshot\TransactionSnapshot;
use Fiscal\Relay\Store\Fact;
use Fiscal\Relay\Store\Outbox;
use Fiscal\Relay\Text\Decimal;
use Fiscal\Relay\Text\Moment;

/**
 * Calls for the shop's own code: facts that Bitrix has no event for.
 *
 * Unlike the handlers they throw, since nobody else will ever notice what they did not write. Saying a thing twice is
 * harmless: the first stands.
 */
final class Api
{
    /**
     * Part of a payment, or all of it, was given back.
     *
     * @param string $refundId the refund's number at the payment provider: the same refund has the same number
     * @param string|float|int|null $sum in roubles, at most two decimals, best as text; null: what the lines cost, or
     *   all that is left
     * @param array<int|string, string|float|int> $items quantity by basket line id, at most three decimals, best as
     *   text; empty: by the sum alone
     * @param ?string $means cash, electronic, prepaid, credit or other; null: the way the money came
     * @param bool $goodsComeBack whether what was shipped of these items is in the store again; false: the buyer keeps it
     * @return bool whether it was news
     * @throws \InvalidArgumentException for data that make no refund, naming the field
     * @throws NotRecorded when the shop's database refuses the row
     */
    public static function refund(
        int $paymentId,
        string $refundId,
        string|float|int|null $sum = null,
        array $items = [],
        ?string $means = null,
        ?\DateTimeInterface $at = null,
        bool $goodsComeBack = true,
    ): bool {
        $refundId = trim($refundId);
        if ($refundId === '' || mb_strlen($refundId) > 100) {
            throw new \InvalidArgumentException('refundId: a number of up to 100 characters is needed');
        }
        $seconds = $at?->getTimestamp() ?? time();
        $refund = ['id' => $refundId, 'refunded_at' => Moment::iso($seconds)];
        if ($sum !== null) {
            $refund['sum'] = TransactionSnapshot::money($sum, 'sum');
            if (Decimal::kopecks($refund['sum']) <= 0) {
                throw new \InvalidArgumentException('sum: above zero, or null for what the lines cost');
            }
        }
        if ($means !== null) {
            $refund['means'] = TransactionSnapshot::means($means);
        }
        $lines = [];
        foreach ($items as $line => $quantity) {
            $quantity = TransactionSnapshot::receiptQuantity($quantity, "items[$line]");
            $lines[] = ['id' => (string)$line, 'quantity' => $quantity];
        }
        $order = self::orderOfPayment($paymentId);
        $payload = [
            'v' => 1,
            'order' => ['id' => $order['ID'], 'number' => $order['NUMBER']],
            'payment' => ['id' => $paymentId],
            'refund' => $refund,
        ] + ($lines === [] ? [] : ['items' => $lines])
            + ($goodsComeBack ? [] : ['stock_effect' => 'none']);

        return self::record(Fact::named(
            Settings::shop($order['SITE']),
            'payment.refunded',
            "refund:$paymentId:$refundId",
            OrderSnapshot::subject($order['ID']),
            $payload,
            $seconds
        ));
    }

    /**
     * A sale, refund or cancellation at a point of sale.
     *
     * @param array $transaction the payload of pos.transaction; amounts are best text, numbers become decimal text.
     *   Quantities have up to six decimals, three where the receipt is ours (fiscalized_by cloud)
     * @return bool whether it was news
     * @throws \InvalidArgumentException for what cannot be said, naming the field, e.g. items[0].quantity
     * @throws NotRecorded when the shop's database refuses the row
     */
    public static function posTransaction(array $transaction, ?string $site = null): bool
    {
        $said = TransactionSnapshot::of($transaction);
        $family = $said->original !== '' ? $said->original : $said->id;

        return self::record(Fact::named(
            Settings::shop($site),
            'pos.transaction',
            'pos:' . $said->id,
            $said->order > 0 ? OrderSnapshot::subject($said->order) : 'pos:' . $family,
            $said->payload,
            $said->occurredAt
        ));
    }

    /** @throws NotRecorded */
    private static function record(Fact $fact): bool
    {
        try {
            return Outbox::record($fact, Outbox::SOURCE_CALL);
        } catch (\Throwable $fault) {
            throw new NotRecorded($fault);
        }
    }

    /** @return array{ID: int, NUMBER: string, SITE: string} */
    private static function orderOfPayment(int $paymentId): array
    {
        $row = Application::getConnection()->query(
            'SELECT o.ID AS ID, o.ACCOUNT_NUMBER AS ACCOUNT_NUMBER, o.LID AS LID FROM b_sale_order_payment p'
            . ' JOIN b_sale_order o ON o.ID = p.ORDER_ID WHERE p.ID = ' . $paymentId
        )->fetch();
        if (!$row) {
            throw new \InvalidArgumentException("there is no payment $paymentId");
        }

        return [
            'ID' => (int)$row['ID'],
            'NUMBER' => (string)$row['ACCOUNT_NUMBER'],
            'SITE' => (string)$row['LID'],
        ];
    }
}

<?php

declare(strict_types=1);

namespace Fiscal\Relay;

use Bitrix\Main\Application;
use Fiscal\Relay\Options\Settings;
use Fiscal\Relay\Snapshot\OrderSnapshot;
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
     * @param string|float|int|null $sum in roubles; null: what the lines cost, or all that is left
     * @param array<int|string, string|float|int> $items quantity by basket line id; empty: by the sum alone
     * @param ?string $means cash, electronic, prepaid, credit or other; null: the way the money came
     * @return bool whether it was news
     * @throws \InvalidArgumentException for data that make no refund
     * @throws \Bitrix\Main\DB\SqlException when the shop's database refuses the row
     */
    public static function refund(
        int $paymentId,
        string $refundId,
        string|float|int|null $sum = null,
        array $items = [],
        ?string $means = null,
        ?\DateTimeInterface $at = null,
    ): bool {
        $refundId = trim($refundId);
        if ($refundId === '' || mb_strlen($refundId) > 100) {
            throw new \InvalidArgumentException('a refund needs a number of up to 100 characters');
        }
        if ($sum !== null && Decimal::kopecks($sum) <= 0) {
            throw new \InvalidArgumentException('the sum of a refund is above zero');
        }
        $order = self::orderOfPayment($paymentId);
        $seconds = $at?->getTimestamp() ?? time();
        $refund = ['id' => $refundId, 'refunded_at' => Moment::iso($seconds)];
        if ($sum !== null) {
            $refund['sum'] = Decimal::money($sum);
        }
        if ($means !== null) {
            $refund['means'] = self::means($means);
        }
        $payload = [
            'v' => 1,
            'order' => ['id' => $order['ID'], 'number' => $order['NUMBER']],
            'payment' => ['id' => $paymentId],
            'refund' => $refund,
        ];
        foreach ($items as $line => $quantity) {
            $payload['items'][] = ['id' => (string)$line, 'quantity' => Decimal::quantity($quantity)];
        }

        return Outbox::record(Fact::named(
            Settings::shop($order['SITE']),
            'payment.refunded',
            "refund:$paymentId:$refundId",
            OrderSnapshot::subject($order['ID']),
            $payload,
            $seconds
        ), Outbox::SOURCE_CALL);
    }

    /**
     * A sale, refund or cancellation at a point of sale.
     *
     * @param array $transaction the payload of pos.transaction; amounts may be text or numbers, and become decimal text
     * @return bool whether it was news
     * @throws \InvalidArgumentException without a number, or with an unknown type
     * @throws \Bitrix\Main\DB\SqlException when the shop's database refuses the row
     */
    public static function posTransaction(array $transaction, ?string $site = null): bool
    {
        $id = trim((string)($transaction['transaction_id'] ?? ''));
        if ($id === '' || mb_strlen($id) > 190) {
            throw new \InvalidArgumentException('a transaction needs a number of up to 190 characters');
        }
        $type = $transaction['type'] ?? 'sale';
        if (!in_array($type, ['sale', 'refund', 'cancel'], true)) {
            throw new \InvalidArgumentException('the type of a transaction is sale, refund or cancel');
        }
        $original = trim((string)($transaction['original_transaction_id'] ?? ''));
        $payload = ['v' => 1, 'transaction_id' => $id, 'type' => $type] + $transaction;
        foreach ($payload['items'] ?? [] as $place => $item) {
            $payload['items'][$place] = self::line((array)$item, "$place");
        }
        if (isset($payload['sum'])) {
            $payload['sum'] = Decimal::money($payload['sum']);
        }
        if (isset($payload['means'])) {
            $payload['means'] = self::means((string)$payload['means']);
        }
        $seconds = Moment::seconds($transaction['occurred_at'] ?? null) ?? time();
        $payload['occurred_at'] = Moment::iso($seconds);
        $order = (int)($transaction['order']['id'] ?? 0);

        return Outbox::record(Fact::named(
            Settings::shop($site),
            'pos.transaction',
            'pos:' . $id,
            $order > 0 ? OrderSnapshot::subject($order) : 'pos:' . ($original !== '' ? $original : $id),
            $payload,
            $seconds
        ), Outbox::SOURCE_CALL);
    }

    private static function line(array $item, string $place): array
    {
        $item += ['id' => $place, 'marks' => []];
        foreach (['price' => 'price', 'quantity' => 'quantity'] as $field => $kind) {
            if (isset($item[$field])) {
                $item[$field] = Decimal::{$kind}($item[$field]);
            }
        }
        if (array_key_exists('vat_rate', $item)) {
            $item['vat_rate'] = Decimal::rate($item['vat_rate']);
        }
        $item['id'] = (string)$item['id'];

        return $item;
    }

    private static function means(string $means): string
    {
        if (!in_array($means, ['cash', 'electronic', 'prepaid', 'credit', 'other'], true)) {
            throw new \InvalidArgumentException('means is cash, electronic, prepaid, credit or other');
        }

        return $means;
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

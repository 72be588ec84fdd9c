<?php

declare(strict_types=1);

namespace Fiscal\Relay\Snapshot;

use Fiscal\Relay\Text\Decimal;
use Fiscal\Relay\Text\Moment;

/**
 * What the shop's code says of a transaction at a point of sale, as the payload of pos.transaction.
 *
 * Nothing is rounded: an amount that cannot be said is an error that names its field, since the caller alone knows what
 * was meant. Fields that are not ours to judge go through as they are.
 */
final class TransactionSnapshot
{
    private const TYPES = ['sale', 'refund', 'cancel'];
    private const MEANS = ['cash', 'electronic', 'prepaid', 'credit', 'other'];
    /** What the ledger of stock keeps. */
    private const STOCK_PLACES = 6;
    /** What a receipt may say of a quantity (tag 1023). */
    private const RECEIPT_PLACES = 3;
    private const KOPECKS = 2;
    private const PRICE_PLACES = 4;

    /** @param array<string, mixed> $payload decimal text where the caller gave numbers */
    private function __construct(
        public readonly string $id,
        public readonly string $original,
        public readonly int $order,
        public readonly int $occurredAt,
        public readonly array $payload,
    ) {
    }

    /**
     * @param array<string, mixed> $transaction
     * @throws \InvalidArgumentException naming the field
     */
    public static function of(array $transaction): self
    {
        $id = self::name($transaction['transaction_id'] ?? null, 'transaction_id');
        if ($id === '') {
            throw new \InvalidArgumentException('transaction_id: a number of up to 190 characters is needed');
        }
        $type = $transaction['type'] ?? 'sale';
        if (!in_array($type, self::TYPES, true)) {
            throw new \InvalidArgumentException('type: sale, refund or cancel');
        }
        $original = self::name($transaction['original_transaction_id'] ?? null, 'original_transaction_id');
        $at = $transaction['occurred_at'] ?? null;
        $seconds = $at === null ? time() : Moment::seconds($at);
        if ($seconds === null) {
            throw new \InvalidArgumentException('occurred_at: a moment, best as ISO 8601 with an offset');
        }
        $payload = ['v' => 1, 'transaction_id' => $id, 'type' => $type] + $transaction;
        $payload['occurred_at'] = Moment::iso($seconds);
        $payload = self::amounts($payload);
        $order = $transaction['order'] ?? [];

        return new self($id, $original, is_array($order) ? (int)($order['id'] ?? 0) : 0, $seconds, $payload);
    }

    /** @throws \InvalidArgumentException */
    public static function means(string $means, string $field = 'means'): string
    {
        if (!in_array($means, self::MEANS, true)) {
            throw new \InvalidArgumentException("$field: " . implode(', ', self::MEANS));
        }

        return $means;
    }

    /** Of a receipt of ours: quantities that one can say. */
    public static function receiptQuantity(mixed $quantity, string $field): string
    {
        return Decimal::stated($quantity, $field, self::RECEIPT_PLACES);
    }

    public static function money(mixed $sum, string $field): string
    {
        return Decimal::stated($sum, $field, self::KOPECKS, self::KOPECKS);
    }

    private static function amounts(array $payload): array
    {
        foreach (['sum', 'order_discount', 'bonus'] as $field) {
            if (isset($payload[$field])) {
                $payload[$field] = self::money($payload[$field], $field);
            }
        }
        if (isset($payload['means'])) {
            $payload['means'] = self::means((string)$payload['means']);
        }
        if (isset($payload['delivery'])) {
            $payload['delivery'] = self::line(self::map($payload['delivery'], 'delivery'), 'delivery', 0);
        }
        if (isset($payload['items'])) {
            // A till with a drive of its own has printed: then the quantity is for the stock alone.
            $places = ($payload['fiscalized_by'] ?? null) === 'cloud' ? self::RECEIPT_PLACES : self::STOCK_PLACES;
            $lines = [];
            foreach (self::map($payload['items'], 'items') as $place => $item) {
                $line = self::map($item, "items[$place]") + ['id' => (string)$place, 'marks' => []];
                $line['id'] = self::name($line['id'], "items[$place].id");
                $lines[] = self::line($line, "items[$place]", $places);
            }
            $payload['items'] = $lines;
        }

        return $payload;
    }

    private static function line(array $line, string $field, int $places): array
    {
        if (isset($line['price'])) {
            $line['price'] = Decimal::stated($line['price'], "$field.price", self::PRICE_PLACES, self::KOPECKS);
        }
        if (isset($line['quantity'])) {
            $line['quantity'] = Decimal::stated($line['quantity'], "$field.quantity", $places);
        }
        if (isset($line['vat_rate']) && $line['vat_rate'] !== '') {
            $line['vat_rate'] = Decimal::stated($line['vat_rate'], "$field.vat_rate", self::PRICE_PLACES);
        }

        return $line;
    }

    /** @throws \InvalidArgumentException */
    private static function name(mixed $value, string $field): string
    {
        if ($value !== null && !is_string($value) && !is_int($value)) {
            throw new \InvalidArgumentException("$field: a text or a whole number");
        }
        $name = trim((string)$value);
        if (mb_strlen($name) > 190) {
            throw new \InvalidArgumentException("$field: at most 190 characters");
        }

        return $name;
    }

    /** @throws \InvalidArgumentException */
    private static function map(mixed $value, string $field): array
    {
        return is_array($value) ? $value : throw new \InvalidArgumentException("$field: an array is needed");
    }
}

<?php

declare(strict_types=1);

namespace Fiscal\Relay\Snapshot;

use Bitrix\Sale\Order;
use Fiscal\Relay\Options\Settings;

/** What every payload says of an order: its numbers and its buyer. */
final class OrderSnapshot
{
    public static function head(Order $order): array
    {
        $number = (string)$order->getField('ACCOUNT_NUMBER');

        return array_filter([
            'id' => $order->getId(),
            'number' => $number,
            'currency' => (string)$order->getCurrency(),
        ], static fn (mixed $value) => $value !== '');
    }

    public static function subject(int $orderId): string
    {
        return 'order:' . $orderId;
    }

    /** The order that a subject names; 0: none. */
    public static function orderOf(string $subject): int
    {
        return str_starts_with($subject, 'order:') ? (int)substr($subject, 6) : 0;
    }

    public static function shop(Order $order): string
    {
        return Settings::shop((string)$order->getField('LID'));
    }

    public static function customer(Order $order): array
    {
        $properties = $order->getPropertyCollection();
        $inn = self::byCode($properties, Settings::get('property_inn'));
        $customer = [
            'email' => self::value($properties->getUserEmail()),
            'phone' => self::value($properties->getPhone()),
        ];
        if ($inn !== null) {
            // A name is printed only beside a company's tax number.
            $customer['inn'] = $inn;
            $customer['name'] = self::byCode($properties, Settings::get('property_company'))
                ?? self::value($properties->getPayerName());
        }

        return $customer;
    }

    private static function byCode(object $properties, string $code): ?string
    {
        return $code === '' ? null : self::value($properties->getItemByOrderPropertyCode($code));
    }

    private static function value(?object $property): ?string
    {
        $value = $property?->getValue();
        $value = is_array($value) ? reset($value) : $value;
        $text = trim((string)$value);

        return $text === '' ? null : $text;
    }
}

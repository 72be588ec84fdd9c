<?php

declare(strict_types=1);

namespace Fiscal\Relay\Cashbox;

use Bitrix\Sale\BasketItem;
use Bitrix\Sale\Cashbox\Check;
use Bitrix\Sale\Payment;
use Bitrix\Sale\Shipment;
use Fiscal\Relay\Options\Settings;
use Fiscal\Relay\Snapshot\OrderSnapshot;
use Fiscal\Relay\Store\Fact;
use Fiscal\Relay\Text\Decimal;

/** A check as Bitrix has computed it, as the payload of cashbox.check. */
final class CheckSnapshot
{
    /** Beginnings of the names of check types, longest first; what follows is "return" or "returncash". */
    private const METHODS = [
        'fullprepayment' => 'full_prepayment', 'prepayment' => 'prepayment', 'advance' => 'advance',
        'creditpayment' => 'credit_payment', 'credit' => 'credit', 'sell' => 'full_payment',
    ];

    /** The portal and the check name it, however often it is sent: Bitrix itself makes a new number on each attempt. */
    public static function key(int $checkId): string
    {
        return 'check:' . Settings::portal() . ':' . $checkId;
    }

    /** What Bitrix keeps as the check's number at the register; at most 100 characters. */
    public static function uuid(int $checkId): string
    {
        $key = self::key($checkId);

        return strlen($key) <= 100 ? $key : 'check:' . sha1(Settings::portal()) . ':' . $checkId;
    }

    public static function fact(Check $check, object $cashbox): Fact
    {
        $data = $check->getDataForCheck();
        $id = (int)($data['unique_id'] ?? $check->getField('ID'));
        $order = $data['order'] ?? null;
        $orderId = (int)($order?->getId() ?? $check->getField('ORDER_ID'));
        $type = (string)($data['type'] ?? '');
        $created = $check->getField('DATE_CREATE');
        $at = is_object($created) && method_exists($created, 'getTimestamp') ? $created->getTimestamp() : time();
        $payload = [
            'v' => 1,
            'portal' => Settings::portal(),
            'check' => ['id' => $id, 'type' => $type, 'sign' => (string)($data['calculated_sign'] ?? '')],
            'order' => $order === null ? ['id' => $orderId] : OrderSnapshot::head($order),
            'items' => array_map(
                static fn (array $item) => self::item($item, self::method($type)),
                array_values($data['items'] ?? [])
            ),
            'payments' => array_map(self::payment(...), array_values($data['payments'] ?? [])),
            'total_sum' => self::amount($data['total_sum'] ?? null),
            'customer' => ['email' => $data['client_email'] ?? null, 'phone' => $data['client_phone'] ?? null],
            'cashbox' => array_filter([
                'id' => (int)$cashbox->getField('ID'),
                'number_kkm' => (string)$cashbox->getField('NUMBER_KKM'),
                'service_email' => (string)$cashbox->getField('EMAIL'),
            ]),
        ];
        $shipments = self::entities($data['items'] ?? [], Shipment::class);
        if ($shipments !== []) {
            $payload['shipments'] = $shipments;
        }
        $shop = $order === null ? Settings::shop() : OrderSnapshot::shop($order);

        return Fact::named($shop, 'cashbox.check', self::key($id), OrderSnapshot::subject($orderId), $payload, $at);
    }

    /** The method of settlement (tag 1214) of a check's type, returns included. */
    private static function method(string $type): ?string
    {
        foreach (self::METHODS as $beginning => $method) {
            if (str_starts_with($type, $beginning)) {
                return $method;
            }
        }

        return null;
    }

    private static function item(array $item, ?string $method): array
    {
        $entity = $item['entity'] ?? null;
        $line = [
            'name' => (string)($item['name'] ?? ''),
            'price' => self::amount($item['price'] ?? null),
            'base_price' => self::amount($item['base_price'] ?? null),
            'sum' => self::amount($item['sum'] ?? null),
            'quantity' => Decimal::quantity($item['quantity'] ?? 1),
            'measure_code' => ($item['measure_code'] ?? '') === '' ? null : (int)$item['measure_code'],
            'vat_id' => (int)($item['vat'] ?? 0),
            'vat_sum' => self::amount($item['vat_sum'] ?? 0),
            'object' => (string)($item['payment_object'] ?? 'commodity'),
            'method' => $method,
            'marks' => ($item['marking_code'] ?? '') === '' ? [] : [(string)$item['marking_code']],
        ];
        if ($entity instanceof BasketItem) {
            $line = ['id' => (string)$entity->getId(), 'product_id' => (int)$entity->getProductId()] + $line
                + ['vat_rate' => Decimal::rate($entity->getVatRate())];
        } elseif ($entity instanceof Shipment) {
            $line = ['id' => 'delivery'] + $line + ['vat_rate' => Decimal::rate($entity->getVatRate())];
        }
        // Bytes of tag 1162, which are no text.
        if (($item['nomenclature_code'] ?? '') !== '') {
            $line['nomenclature_code'] = base64_encode((string)$item['nomenclature_code']);
        }
        if (($item['barcode'] ?? '') !== '' && $item['barcode'] !== null) {
            $line['barcode'] = (string)$item['barcode'];
        }
        if (!empty($item['supplier_info'])) {
            $line['supplier'] = $item['supplier_info'];
        }

        return $line;
    }

    private static function payment(array $payment): array
    {
        $entity = $payment['entity'] ?? null;

        return ($entity instanceof Payment ? ['id' => (int)$entity->getId()] : []) + [
            'type' => (string)($payment['type'] ?? ''),
            'is_cash' => (string)($payment['is_cash'] ?? ''),
            'sum' => self::amount($payment['sum'] ?? null),
        ];
    }

    /** Bitrix computes with up to eight places: they are kept here and rounded where the receipt is built. */
    private static function amount(mixed $value): ?string
    {
        return $value === null ? null : Decimal::exact($value);
    }

    /** @return list<array{id: int}> */
    private static function entities(array $items, string $class): array
    {
        $found = [];
        foreach ($items as $item) {
            $entity = $item['entity'] ?? null;
            if ($entity instanceof $class) {
                $found[(int)$entity->getId()] = ['id' => (int)$entity->getId()];
            }
        }

        return array_values($found);
    }
}

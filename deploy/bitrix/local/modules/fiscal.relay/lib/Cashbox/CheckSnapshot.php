<?php

declare(strict_types=1);

namespace Fiscal\Relay\Cashbox;

use Bitrix\Main\Config\Option;
use Bitrix\Sale\BasketItem;
use Bitrix\Sale\Cashbox\Check;
use Bitrix\Sale\Order;
use Bitrix\Sale\Payment;
use Bitrix\Sale\Shipment;
use Fiscal\Relay\Options\Settings;
use Fiscal\Relay\Snapshot\OrderSnapshot;
use Fiscal\Relay\Store\Fact;
use Fiscal\Relay\Text\Decimal;

/** A check as Bitrix has computed it, as the payload of cashbox.check. */
final class CheckSnapshot
{
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
            'items' => array_map(self::item(...), array_values($data['items'] ?? [])),
            'payments' => self::payments($data['payments'] ?? [], $check),
            'total_sum' => Decimal::exact($data['total_sum'] ?? 0),
            'customer' => self::customer($data, $order, $cashbox),
            'shipments' => self::shipments($data['items'] ?? [], $check),
            'cashbox' => array_filter([
                'id' => (int)$cashbox->getField('ID'),
                'number_kkm' => (string)$cashbox->getField('NUMBER_KKM'),
                'service_email' => (string)$cashbox->getField('EMAIL'),
            ]),
        ];
        if ($orderId === 0) {
            unset($payload['order']);
        }
        $shop = $order === null ? Settings::shop() : OrderSnapshot::shop($order);

        $subject = $orderId > 0 ? OrderSnapshot::subject($orderId) : '';

        return Fact::named($shop, 'cashbox.check', self::key($id), $subject, $payload, $at, $id);
    }

    private static function item(array $item): array
    {
        $entity = $item['entity'] ?? null;
        $line = [
            'name' => (string)($item['name'] ?? ''),
            'price' => Decimal::exact($item['price'] ?? 0),
            'sum' => Decimal::exact($item['sum'] ?? 0),
            'quantity' => Decimal::quantity($item['quantity'] ?? 1),
            'measure_code' => ($item['measure_code'] ?? '') === '' ? null : (int)$item['measure_code'],
            'object' => (string)($item['payment_object'] ?? 'commodity'),
            'marks' => ($item['marking_code'] ?? '') === '' ? [] : [(string)$item['marking_code']],
        ];
        if ($entity instanceof BasketItem) {
            $line = ['id' => (string)$entity->getId(), 'product_id' => (int)$entity->getProductId()] + $line
                + ['vat_rate' => Decimal::rate($entity->getVatRate())];
        } elseif ($entity instanceof Shipment) {
            $line = ['id' => 'delivery'] + $line + ['vat_rate' => Decimal::rate($entity->getVatRate())];
        }
        if (!empty($item['supplier_info']['inn'])) {
            $line['supplier'] = array_intersect_key($item['supplier_info'], ['inn' => 1, 'name' => 1, 'phones' => 1]);
        }

        return $line;
    }

    /** @return list<array> with the payments' ids: they name what is settled */
    private static function payments(array $payments, Check $check): array
    {
        $only = count($payments) === 1 ? (int)$check->getField('PAYMENT_ID') : 0;
        $rows = [];
        foreach ($payments as $payment) {
            $entity = $payment['entity'] ?? null;
            $id = $entity instanceof Payment ? (int)$entity->getId() : $only;
            $rows[] = ($id > 0 ? ['id' => $id] : []) + [
                'type' => (string)($payment['type'] ?? ''),
                'sum' => Decimal::exact($payment['sum'] ?? 0),
            ];
        }

        return $rows;
    }

    /** @return list<array{id: int}> delivery that costs nothing is no line, so the check's own shipment counts too */
    private static function shipments(array $items, Check $check): array
    {
        $ids = [];
        foreach ($items as $item) {
            $entity = $item['entity'] ?? null;
            $ids[] = $entity instanceof Shipment ? (int)$entity->getId() : 0;
        }
        $ids[] = (int)$check->getField('SHIPMENT_ID');

        return array_map(static fn (int $id) => ['id' => $id], array_values(array_unique(array_filter($ids))));
    }

    /** Bitrix puts the shop's own address in for a buyer without one: that buyer would never see the receipt. */
    private static function customer(array $data, ?Order $order, object $cashbox): array
    {
        $known = $order === null ? [] : OrderSnapshot::customer($order);
        $email = trim((string)($data['client_email'] ?? ''));
        $own = [(string)$cashbox->getField('EMAIL'), (string)Option::get('main', 'email_from', ''),
            (string)Option::get('sale', 'order_email', '')];
        $isOwn = in_array(mb_strtolower($email), array_map('mb_strtolower', $own), true);
        $customer = [
            'email' => $email === '' || ($isOwn && $email !== ($known['email'] ?? null)) ? null : $email,
            'phone' => trim((string)($data['client_phone'] ?? '')) ?: null,
        ];

        return $customer + array_intersect_key($known, ['inn' => 1, 'name' => 1]);
    }
}

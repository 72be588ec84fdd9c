<?php

declare(strict_types=1);

namespace Fiscal\Relay\Snapshot;

use Bitrix\Sale\BasketItem;
use Bitrix\Sale\Shipment;
use Fiscal\Relay\Options\Settings;
use Fiscal\Relay\Text\Decimal;

/**
 * Lines of an order as a payload holds them.
 *
 * Prices are gross and after discounts, whatever the catalogue keeps: getPrice() may be net. Parts of a set stay out,
 * since the set itself bears the price.
 */
final class GoodsSnapshot
{
    /** @return list<array> */
    public static function ofOrder(object $order): array
    {
        $units = self::units($order);
        $items = [];
        foreach ($order->getBasket() as $basketItem) {
            if (!self::isPart($basketItem)) {
                $items[] = self::item($basketItem, $basketItem->getQuantity(), $units[$basketItem->getId()] ?? []);
            }
        }

        return $items;
    }

    /**
     * What this payment is for, where the shop says so.
     *
     * @return array{items: list<array>, delivery: array}|null null: the whole order
     */
    public static function ofPayment(object $order, object $payment): ?array
    {
        $items = [];
        $shipments = [];
        $units = self::units($order);
        foreach ($payment->getPayableItemCollection() ?? [] as $payable) {
            $entity = $payable->getEntityObject();
            if ($entity instanceof BasketItem && !self::isPart($entity)) {
                $items[] = self::item($entity, $payable->getQuantity(), $units[$entity->getId()] ?? []);
            } elseif ($entity instanceof Shipment) {
                $shipments[] = $entity;
            }
        }

        return $items === [] ? null : ['items' => $items, 'delivery' => self::delivery($shipments)];
    }

    /** @return list<array> */
    public static function ofShipment(object $shipment): array
    {
        $units = self::unitsOf($shipment, []);
        $items = [];
        foreach ($shipment->getShipmentItemCollection() as $shipmentItem) {
            $basketItem = $shipmentItem->getBasketItem();
            if ($basketItem !== null && !self::isPart($basketItem) && (float)$shipmentItem->getQuantity() > 0) {
                $items[] = self::item(
                    $basketItem,
                    $shipmentItem->getQuantity(),
                    $units[$basketItem->getId()] ?? []
                );
            }
        }

        return $items;
    }

    /**
     * The payload's `delivery`, and lines for what does not fit into it: deliveries at other rates.
     *
     * @param iterable<object> $shipments
     * @return array{delivery?: array, items?: list<array>}
     */
    public static function delivery(iterable $shipments): array
    {
        $first = null;
        $more = [];
        foreach ($shipments as $shipment) {
            $kopecks = Decimal::kopecks($shipment->getPrice());
            if ($shipment->isSystem() || $kopecks === 0) {
                continue;
            }
            $name = trim((string)$shipment->getField('DELIVERY_NAME'));
            $rate = Decimal::rate($shipment->getVatRate());
            if ($first === null) {
                $first = ['name' => $name, 'kopecks' => $kopecks, 'vat_rate' => $rate];
            } elseif ($first['vat_rate'] === $rate) {
                $first['kopecks'] += $kopecks;
            } else {
                $more[] = [
                    'id' => 'delivery-' . $shipment->getId(), 'name' => $name === '' ? 'Доставка' : $name,
                    'price' => Decimal::fromKopecks($kopecks), 'quantity' => '1', 'vat_rate' => $rate,
                    'vat_included' => true, 'object' => 'service', 'marks' => [], 'discountable' => false,
                ];
            }
        }
        if ($first === null) {
            return [];
        }
        $delivery = ['price' => Decimal::fromKopecks($first['kopecks']), 'vat_rate' => $first['vat_rate']];

        return ['delivery' => ($first['name'] === '' ? [] : ['name' => $first['name']]) + $delivery]
            + ($more === [] ? [] : ['items' => $more]);
    }

    /** @return list<object> shipments of an order without the hidden one that holds what is not shipped yet */
    public static function shipments(object $order): array
    {
        $shipments = [];
        foreach ($order->getShipmentCollection() as $shipment) {
            if (!$shipment->isSystem()) {
                $shipments[] = $shipment;
            }
        }

        return $shipments;
    }

    /** @param array{marks?: list<string>, store?: int} $unit */
    private static function item(object $basketItem, mixed $quantity, array $unit): array
    {
        $measure = $basketItem->getField('MEASURE_CODE');
        $item = [
            'id' => (string)$basketItem->getId(),
            'product_id' => (int)$basketItem->getProductId(),
            'name' => (string)$basketItem->getField('NAME'),
            'price' => Decimal::price($basketItem->getPriceWithVat()),
            'quantity' => Decimal::quantity($quantity),
            'vat_rate' => Decimal::rate($basketItem->getVatRate()),
            'vat_included' => true,
            'measure_code' => $measure === null || $measure === '' ? null : (int)$measure,
            'object' => self::isService($basketItem) ? 'service' : 'commodity',
            'marks' => $unit['marks'] ?? [],
        ];
        $store = $unit['store'] ?? (int)Settings::get('default_store');
        if ($store > 0 && Settings::isOurStore($store)) {
            $item['store_id'] = $store;
        }

        return $item;
    }

    /** Codes and stores of what is packed, by basket line. */
    private static function units(object $order): array
    {
        $units = [];
        foreach (self::shipments($order) as $shipment) {
            $units = self::unitsOf($shipment, $units);
        }

        return $units;
    }

    private static function unitsOf(object $shipment, array $units): array
    {
        $own = (int)$shipment->getStoreId();
        foreach ($shipment->getShipmentItemCollection() as $shipmentItem) {
            $line = $shipmentItem->getBasketItem()?->getId();
            if ($line === null) {
                continue;
            }
            foreach ($shipmentItem->getShipmentItemStoreCollection() ?? [] as $unit) {
                $mark = (string)$unit->getMarkingCode();
                if ($mark !== '') {
                    $units[$line]['marks'][] = $mark;
                }
                $store = (int)$unit->getField('STORE_ID');
                if ($store > 0) {
                    $units[$line]['store'] ??= $store;
                }
            }
            if ($own > 0) {
                $units[$line]['store'] ??= $own;
            }
        }

        return $units;
    }

    private static function isPart(object $basketItem): bool
    {
        $parent = (int)$basketItem->getField('SET_PARENT_ID');

        return $parent > 0 && $parent !== (int)$basketItem->getId();
    }

    private static function isService(object $basketItem): bool
    {
        return method_exists($basketItem, 'isService') && $basketItem->isService();
    }
}

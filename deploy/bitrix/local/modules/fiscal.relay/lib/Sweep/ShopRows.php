<?php

declare(strict_types=1);

namespace Fiscal\Relay\Sweep;

use Bitrix\Main\Application;
use Fiscal\Relay\Text\Moment;

/**
 * The shop's rows, page by page, each page through an index: DATE_UPDATE of orders, DATE_PAID of payments, ORDER_ID, or
 * a primary key. Orders that were saved a moment ago are left to the handlers that may still be at work on them.
 */
final class ShopRows
{
    private const PAYMENT = 'p.ID AS ID, p.ORDER_ID AS ORDER_ID, p.PAID AS PAID, p.DATE_PAID AS DATE_PAID,'
        . ' p.PAY_SYSTEM_ID AS PAY_SYSTEM_ID, o.DATE_UPDATE AS DATE_UPDATE'
        . ' FROM b_sale_order_payment p JOIN b_sale_order o ON o.ID = p.ORDER_ID';
    private const SHIPMENT = 'd.ID AS ID, d.ORDER_ID AS ORDER_ID, d.DEDUCTED AS DEDUCTED,'
        . ' d.DATE_DEDUCTED AS DATE_DEDUCTED, d.DELIVERY_ID AS DELIVERY_ID, o.DATE_UPDATE AS DATE_UPDATE'
        . ' FROM b_sale_order_delivery d JOIN b_sale_order o ON o.ID = d.ORDER_ID';

    /** @param int $before seconds since 1970: orders saved later than this are left alone */
    public function __construct(private readonly int $before, private readonly int $page)
    {
    }

    /** @return list<array<string, mixed>> */
    public function ordersUpdated(int $from, int $after): array
    {
        return $this->rows(
            'SELECT o.ID AS ID, o.CANCELED AS CANCELED, o.DATE_CANCELED AS DATE_CANCELED FROM b_sale_order o'
            . ' WHERE o.DATE_UPDATE >= ' . Moment::sql($from) . ' AND ' . $this->settled()
            . " AND o.ID > $after ORDER BY o.ID LIMIT $this->page"
        );
    }

    /** @param list<int> $orders */
    public function paymentsOf(array $orders): array
    {
        return $orders === [] ? [] : $this->rows(
            'SELECT ' . self::PAYMENT . ' WHERE p.ORDER_ID IN (' . implode(',', $orders) . ')'
        );
    }

    /** @param list<int> $orders */
    public function shipmentsOf(array $orders): array
    {
        return $orders === [] ? [] : $this->rows(
            'SELECT ' . self::SHIPMENT . ' WHERE d.ORDER_ID IN (' . implode(',', $orders) . ") AND d.SYSTEM = 'N'"
        );
    }

    public function paymentsPaid(int $from, int $after): array
    {
        return $this->rows(
            'SELECT ' . self::PAYMENT . ' WHERE p.DATE_PAID >= ' . Moment::sql($from) . " AND p.PAID = 'Y'"
            . " AND p.ID > $after AND " . $this->settled() . " ORDER BY p.ID LIMIT $this->page"
        );
    }

    public function paymentsAfter(int $after): array
    {
        return $this->rows(
            'SELECT ' . self::PAYMENT . " WHERE p.ID > $after AND " . $this->settled()
            . " ORDER BY p.ID LIMIT $this->page"
        );
    }

    public function shipmentsAfter(int $after): array
    {
        return $this->rows(
            'SELECT ' . self::SHIPMENT . " WHERE d.ID > $after AND d.SYSTEM = 'N' AND " . $this->settled()
            . " ORDER BY d.ID LIMIT $this->page"
        );
    }

    private function settled(): string
    {
        return 'o.DATE_UPDATE <= ' . Moment::sql($this->before);
    }

    private function rows(string $sql): array
    {
        return Application::getConnection()->query($sql)->fetchAll();
    }
}

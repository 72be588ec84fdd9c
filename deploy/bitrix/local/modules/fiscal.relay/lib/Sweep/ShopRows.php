<?php

declare(strict_types=1);

namespace Fiscal\Relay\Sweep;

use Bitrix\Main\Application;

/**
 * The shop's rows, page by page, each page through an index and from where the last one ended: DATE_UPDATE of orders,
 * DATE_PAID of payments, ORDER_ID, or a primary key. Orders that were saved a moment ago are left to the handlers that
 * may still be at work on them.
 *
 * Moments come as texts of the database, so that a page begins exactly where the last one ended, fractions of a second
 * included.
 */
final class ShopRows
{
    private const ORDER = 'o.ID AS ID, o.CANCELED AS CANCELED, CAST(o.DATE_CANCELED AS CHAR(26)) AS CANCELED_AT,'
        . ' CAST(o.DATE_UPDATE AS CHAR(26)) AS UPDATED_AT FROM b_sale_order o';
    private const PAYMENT = 'p.ID AS ID, p.ORDER_ID AS ORDER_ID, p.PAID AS PAID,'
        . ' CAST(p.DATE_PAID AS CHAR(26)) AS PAID_AT, p.PAY_SYSTEM_ID AS PAY_SYSTEM_ID,'
        . ' CAST(o.DATE_UPDATE AS CHAR(26)) AS UPDATED_AT'
        . ' FROM b_sale_order_payment p JOIN b_sale_order o ON o.ID = p.ORDER_ID';
    private const SHIPMENT = 'd.ID AS ID, d.ORDER_ID AS ORDER_ID, d.DEDUCTED AS DEDUCTED,'
        . ' CAST(d.DATE_DEDUCTED AS CHAR(26)) AS DEDUCTED_AT, d.DELIVERY_ID AS DELIVERY_ID,'
        . ' CAST(o.DATE_UPDATE AS CHAR(26)) AS UPDATED_AT'
        . ' FROM b_sale_order_delivery d JOIN b_sale_order o ON o.ID = d.ORDER_ID';

    /** @param string $before orders saved later than this are left alone */
    public function __construct(private readonly string $before, private readonly int $page)
    {
    }

    /** @return list<array<string, mixed>> */
    public function ordersUpdated(string $from, int $after): array
    {
        return $this->rows('SELECT ' . self::ORDER . ' WHERE ' . $this->from('o.DATE_UPDATE', $from, 'o.ID', $after)
            . ' AND ' . $this->settled() . " ORDER BY o.DATE_UPDATE, o.ID LIMIT $this->page");
    }

    /** @param list<int> $ids */
    public function orders(array $ids): array
    {
        return $ids === [] ? [] : $this->rows(
            'SELECT ' . self::ORDER . ' WHERE o.ID IN (' . implode(',', $ids) . ') AND ' . $this->settled()
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

    public function paymentsPaid(string $from, int $after): array
    {
        return $this->rows('SELECT ' . self::PAYMENT . ' WHERE ' . $this->from('p.DATE_PAID', $from, 'p.ID', $after)
            . " AND p.PAID = 'Y' AND " . $this->settled() . " ORDER BY p.DATE_PAID, p.ID LIMIT $this->page");
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

    private function from(string $column, string $moment, string $id, int $after): string
    {
        $moment = $this->quoted($moment);

        return "$column >= $moment AND ($column > $moment OR $id > $after)";
    }

    private function settled(): string
    {
        return 'o.DATE_UPDATE <= ' . $this->quoted($this->before);
    }

    private function quoted(string $moment): string
    {
        return "'" . Application::getConnection()->getSqlHelper()->forSql($moment) . "'";
    }

    private function rows(string $sql): array
    {
        $rows = Application::getConnection()->query($sql)->fetchAll();
        foreach ($rows as $place => $row) {
            foreach (['UPDATED_AT', 'PAID_AT', 'DEDUCTED_AT', 'CANCELED_AT'] as $name) {
                if (isset($row[$name])) {
                    $rows[$place][$name] = rtrim((string)$row[$name]);
                }
            }
        }

        return $rows;
    }
}

<?php

declare(strict_types=1);

namespace Bitrix\Sale;

use Bitrix\Main\Type\DateTime;

class Shipment extends Entity
{
    /** @var list<ShipmentItem> */
    private array $items = [];

    public function pack(BasketItem $item, float $quantity, array $units = []): void
    {
        $units = array_map(static fn (array $unit) => new ShipmentItemStore($unit), $units);
        $this->items[] = new ShipmentItem(['QUANTITY' => $quantity], $item, $units);
    }

    public function loadItems(Order $order): void
    {
        foreach (self::rows('b_sale_order_dlv_basket', 'ORDER_DELIVERY_ID = ' . $this->getId()) as $row) {
            $units = array_map(
                static fn (array $unit) => new ShipmentItemStore($unit),
                self::rows('b_sale_store_barcode', 'ORDER_DELIVERY_BASKET_ID = ' . $row['ID'])
            );
            foreach ($order->getBasket() as $item) {
                if ($item->getId() === (int)$row['BASKET_ID']) {
                    $this->items[] = new ShipmentItem($row, $item, $units);
                }
            }
        }
    }

    public function getShipmentItemCollection(): array
    {
        return $this->items;
    }

    public function getDeliveryId(): int
    {
        return (int)$this->fields['DELIVERY_ID'];
    }

    public function getStoreId(): int
    {
        return (int)($this->fields['STORE_ID'] ?? 0);
    }

    public function getPrice(): float
    {
        return (float)$this->fields['PRICE_DELIVERY'];
    }

    public function getVatRate(): ?float
    {
        return ($this->fields['VAT_RATE'] ?? null) === null ? null : (float)$this->fields['VAT_RATE'];
    }

    public function isSystem(): bool
    {
        return ($this->fields['SYSTEM'] ?? 'N') === 'Y';
    }

    public function isShipped(): bool
    {
        return ($this->fields['DEDUCTED'] ?? 'N') === 'Y';
    }

    public function setDeducted(bool $deducted): void
    {
        $this->setField('DEDUCTED', $deducted ? 'Y' : 'N');
        $this->setField('DATE_DEDUCTED', (new DateTime())->format('Y-m-d H:i:s'));
    }

    /** The row, then its delayed events, then its goods. */
    public function save(int $order): void
    {
        $this->setField('ORDER_ID', $order);
        $values = $this->original;
        $this->write('b_sale_order_delivery');
        $this->original = [];
        self::raise('OnSaleShipmentEntitySaved', ['ENTITY' => $this, 'VALUES' => $values]);
        if (array_key_exists('DEDUCTED', $values) && ($this->isShipped() || $values['DEDUCTED'] === 'Y')) {
            self::raise('OnShipmentDeducted', ['ENTITY' => $this, 'VALUES' => $values]);
        }
        foreach ($this->items as $item) {
            $item->save($this->getId());
        }
    }
}

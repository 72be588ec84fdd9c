<?php

declare(strict_types=1);

namespace Bitrix\Sale;

class ShipmentItem extends Entity
{
    /** @param list<ShipmentItemStore> $units */
    public function __construct(array $fields, private readonly BasketItem $basketItem, private array $units = [])
    {
        parent::__construct($fields);
    }

    public function getBasketItem(): BasketItem
    {
        return $this->basketItem;
    }

    public function getQuantity(): float
    {
        return (float)$this->fields['QUANTITY'];
    }

    /** @return list<ShipmentItemStore> */
    public function getShipmentItemStoreCollection(): array
    {
        return $this->units;
    }

    public function save(int $shipment): void
    {
        $this->setField('ORDER_DELIVERY_ID', $shipment);
        $this->setField('BASKET_ID', $this->basketItem->getId());
        $this->write('b_sale_order_dlv_basket');
        $this->original = [];
        foreach ($this->units as $unit) {
            $unit->save($this->getId(), $this->basketItem->getId());
        }
    }
}

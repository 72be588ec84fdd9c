<?php

declare(strict_types=1);

namespace Bitrix\Sale;

class ShipmentItemStore extends Entity
{
    public function getMarkingCode(): string
    {
        return (string)($this->fields['MARKING_CODE'] ?? '');
    }

    public function getBarcode(): string
    {
        return (string)($this->fields['BARCODE'] ?? '');
    }

    public function getStoreId(): int
    {
        return (int)($this->fields['STORE_ID'] ?? 0);
    }

    public function save(int $shipmentItem, int $basketItem): void
    {
        $this->setField('ORDER_DELIVERY_BASKET_ID', $shipmentItem);
        $this->setField('BASKET_ID', $basketItem);
        $this->write('b_sale_store_barcode');
        $this->original = [];
    }
}

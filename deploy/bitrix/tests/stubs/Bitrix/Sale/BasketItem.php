<?php

declare(strict_types=1);

namespace Bitrix\Sale;

/** Prices come out as floats, and getPrice() is net where VAT_INCLUDED is N. */
class BasketItem extends Entity
{
    public function getProductId(): int
    {
        return (int)$this->fields['PRODUCT_ID'];
    }

    public function getQuantity(): float
    {
        return (float)$this->fields['QUANTITY'];
    }

    public function getPrice(): float
    {
        return (float)$this->fields['PRICE'];
    }

    public function getVatRate(): ?float
    {
        return $this->fields['VAT_RATE'] === null ? null : (float)$this->fields['VAT_RATE'];
    }

    public function getPriceWithVat(): float
    {
        return ($this->fields['VAT_INCLUDED'] ?? 'Y') === 'Y'
            ? $this->getPrice()
            : round($this->getPrice() * (1 + (float)$this->getVatRate()), 2);
    }

    public function isService(): bool
    {
        return (int)($this->fields['TYPE'] ?? 0) === 2;
    }

    public function save(int $order): void
    {
        $this->setField('ORDER_ID', $order);
        $this->write('b_sale_basket');
        $this->original = [];
    }
}

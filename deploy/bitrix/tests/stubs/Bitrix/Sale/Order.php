<?php

declare(strict_types=1);

namespace Bitrix\Sale;

use Bitrix\Main\Application;
use Bitrix\Main\Type\DateTime;

/** Saves row by row without a transaction and raises its events in Bitrix's order. */
class Order extends Entity
{
    /** @var list<BasketItem> */
    private array $basket = [];
    private Collection $payments;
    private Collection $shipments;
    private PropertyCollection $properties;

    /** @param array<string, string> $properties */
    public static function create(string $site, array $properties, float $price, int $personType = 1): self
    {
        $order = new self([
            'LID' => $site, 'PERSON_TYPE_ID' => $personType, 'CURRENCY' => 'RUB', 'PRICE' => $price,
            'CANCELED' => 'N', 'PAYED' => 'N', 'VERSION' => 0, 'ACCOUNT_NUMBER' => '',
        ]);
        $order->begin($properties);

        return $order;
    }

    public static function load(int $id): ?self
    {
        $row = self::rows('b_sale_order', "ID = $id")[0] ?? null;
        if ($row === null) {
            return null;
        }
        $order = new self($row);
        $order->begin(json_decode((string)$row['PROPERTIES'], true) ?? []);
        foreach (self::rows('b_sale_basket', "ORDER_ID = $id") as $item) {
            $order->basket[] = new BasketItem($item);
        }
        foreach (self::rows('b_sale_order_delivery', "ORDER_ID = $id") as $shipment) {
            $order->shipments->add(new Shipment($shipment))->loadItems($order);
        }
        foreach (self::rows('b_sale_order_payment', "ORDER_ID = $id") as $payment) {
            $order->payments->add(new Payment($payment))->loadItems($order);
        }

        return $order;
    }

    public function buy(array $fields): BasketItem
    {
        return $this->basket[] = new BasketItem($fields + [
            'PRODUCT_ID' => 501, 'VAT_RATE' => '0.22', 'VAT_INCLUDED' => 'Y', 'MEASURE_CODE' => 796,
            'SET_PARENT_ID' => null, 'TYPE' => null,
        ]);
    }

    public function pay(int $system, float $sum, bool $paid = false): Payment
    {
        $payment = new Payment([
            'PAY_SYSTEM_ID' => $system, 'SUM' => $sum, 'PAID' => 'N', 'DATE_PAID' => null, 'IS_RETURN' => 'N',
        ]);
        $this->payments->add($payment);
        if ($paid) {
            $payment->setPaid(true);
        }

        return $payment;
    }

    public function ship(int $delivery, float $price = 0, ?string $name = null, mixed $vat = '0.22'): Shipment
    {
        return $this->shipments->add(new Shipment([
            'DELIVERY_ID' => $delivery, 'PRICE_DELIVERY' => $price, 'VAT_RATE' => $vat, 'DELIVERY_NAME' => $name,
            'SYSTEM' => 'N', 'DEDUCTED' => 'N', 'DATE_DEDUCTED' => null, 'STORE_ID' => 0,
        ]));
    }

    public function getCurrency(): string
    {
        return (string)$this->fields['CURRENCY'];
    }

    public function getPrice(): float
    {
        return (float)$this->fields['PRICE'];
    }

    public function getBasket(): array
    {
        return $this->basket;
    }

    public function getPaymentCollection(): Collection
    {
        return $this->payments;
    }

    public function getShipmentCollection(): Collection
    {
        return $this->shipments;
    }

    public function getPropertyCollection(): PropertyCollection
    {
        return $this->properties;
    }

    public function isCanceled(): bool
    {
        return $this->fields['CANCELED'] === 'Y';
    }

    public function cancel(bool $canceled = true): void
    {
        $this->setField('CANCELED', $canceled ? 'Y' : 'N');
        $this->setField('DATE_CANCELED', (new DateTime())->format('Y-m-d H:i:s'));
    }

    public function isPaid(): bool
    {
        $sum = 0.0;
        foreach ($this->payments as $payment) {
            $sum += $payment->isPaid() ? $payment->getSum() : 0;
        }

        return $sum >= $this->getPrice();
    }

    public function save(): void
    {
        self::raise('OnSaleOrderBeforeSaved', ['ENTITY' => $this]);
        $this->setField('PAYED', $this->isPaid() ? 'Y' : 'N');
        $this->setField('VERSION', (int)$this->fields['VERSION'] + 1);
        $this->setField('DATE_UPDATE', (new DateTime())->format('Y-m-d H:i:s'));
        $this->setField('PROPERTIES', json_encode($this->properties->all()));
        $values = $this->original;
        $this->write('b_sale_order');
        $this->original = [];
        $id = $this->getId();
        if ($this->fields['ACCOUNT_NUMBER'] === '') {
            $this->setField('ACCOUNT_NUMBER', "$id/A");
            $this->write('b_sale_order');
            $this->original = [];
        }
        self::raise('OnSaleOrderEntitySaved', ['ENTITY' => $this, 'VALUES' => $values]);
        foreach ($this->basket as $item) {
            $item->save($id);
        }
        foreach ($this->shipments as $shipment) {
            $shipment->save($id);
        }
        foreach ($this->payments as $payment) {
            $payment->save($id);
        }
        self::raise('OnSaleOrderSaved', ['ENTITY' => $this, 'VALUES' => $values]);
        if (array_key_exists('PAYED', $values) && ($values['PAYED'] ?? 'N') !== $this->fields['PAYED']) {
            self::raise('OnSaleOrderPaid', ['ENTITY' => $this]);
        }
        if (array_key_exists('CANCELED', $values)) {
            self::raise('OnSaleOrderCanceled', ['ENTITY' => $this]);
        }
    }

    private function begin(array $properties): void
    {
        $this->payments = new Collection($this);
        $this->shipments = new Collection($this);
        $this->properties = new PropertyCollection($properties);
    }
}

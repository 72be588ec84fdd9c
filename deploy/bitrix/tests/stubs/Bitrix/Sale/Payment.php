<?php

declare(strict_types=1);

namespace Bitrix\Sale;

use Bitrix\Main\Type\DateTime;
use Bitrix\Sale\PaySystem\Manager;

class Payment extends Entity
{
    public const INNER = 1;

    /** @var list<PayableItem> */
    private array $payable = [];

    public function payFor(Entity $entity, float $quantity = 1): void
    {
        $this->payable[] = new PayableItem(['QUANTITY' => $quantity], $entity);
    }

    public function loadItems(Order $order): void
    {
        foreach (self::rows('b_sale_order_payment_item', 'PAYMENT_ID = ' . $this->getId()) as $row) {
            $entities = $row['ENTITY_TYPE'] === 'S' ? $order->getShipmentCollection() : $order->getBasket();
            foreach ($entities as $entity) {
                if ($entity->getId() === (int)$row['ENTITY_ID']) {
                    $this->payable[] = new PayableItem($row, $entity);
                }
            }
        }
    }

    public function getPayableItemCollection(): array
    {
        return $this->payable;
    }

    public function getSum(): float
    {
        return (float)$this->fields['SUM'];
    }

    public function isPaid(): bool
    {
        return ($this->fields['PAID'] ?? 'N') === 'Y';
    }

    public function isInner(): bool
    {
        return $this->getPaymentSystemId() === self::INNER;
    }

    public function getPaymentSystemId(): int
    {
        return (int)$this->fields['PAY_SYSTEM_ID'];
    }

    public function getPaySystem(): ?Entity
    {
        $row = Manager::getList(['filter' => ['=ID' => $this->getPaymentSystemId()]])->fetch();

        return $row ? new class ($row) extends Entity {
        } : null;
    }

    public function setPaid(bool $paid): void
    {
        $this->setField('PAID', $paid ? 'Y' : 'N');
        if ($paid) {
            $this->setField('DATE_PAID', (new DateTime())->format('Y-m-d H:i:s'));
            $this->setField('IS_RETURN', 'N');
        }
    }

    public function setReturn(string $kind): void
    {
        $this->setField('IS_RETURN', $kind);
        $this->setPaid(false);
    }

    /** The row, then its events, then what it pays for. */
    public function save(int $order): void
    {
        $this->setField('ORDER_ID', $order);
        self::raise('OnBeforeSalePaymentEntitySaved', ['ENTITY' => $this]);
        $values = $this->original;
        if ($values !== []) {
            $this->write('b_sale_order_payment');
            $this->original = [];
            self::raise('OnSalePaymentEntitySaved', ['ENTITY' => $this, 'VALUES' => $values]);
            if (($values['PAID'] ?? null) === 'N' && $this->isPaid()) {
                self::raise('OnPaymentPaid', ['ENTITY' => $this]);
            }
        }
        foreach ($this->payable as $item) {
            $item->save($this->getId());
        }
    }
}

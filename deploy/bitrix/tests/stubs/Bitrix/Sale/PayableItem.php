<?php

declare(strict_types=1);

namespace Bitrix\Sale;

class PayableItem extends Entity
{
    public function __construct(array $fields, private readonly Entity $entity)
    {
        parent::__construct($fields);
    }

    public function getEntityObject(): Entity
    {
        return $this->entity;
    }

    public function getQuantity(): float
    {
        return (float)$this->fields['QUANTITY'];
    }

    public function save(int $payment): void
    {
        $this->setField('PAYMENT_ID', $payment);
        $this->setField('ENTITY_TYPE', $this->entity instanceof Shipment ? 'S' : 'B');
        $this->setField('ENTITY_ID', $this->entity->getId());
        $this->write('b_sale_order_payment_item');
        $this->original = [];
    }
}

<?php

declare(strict_types=1);

namespace Bitrix\Sale;

class Collection implements \IteratorAggregate
{
    /** @var list<Entity> */
    private array $items = [];

    public function __construct(private readonly Order $order)
    {
    }

    public function add(Entity $item): Entity
    {
        $item->setCollection($this);
        $this->items[] = $item;

        return $item;
    }

    public function getOrder(): Order
    {
        return $this->order;
    }

    public function getItemById(int $id): ?Entity
    {
        foreach ($this->items as $item) {
            if ($item->getId() === $id) {
                return $item;
            }
        }

        return null;
    }

    public function getIterator(): \ArrayIterator
    {
        return new \ArrayIterator($this->items);
    }
}

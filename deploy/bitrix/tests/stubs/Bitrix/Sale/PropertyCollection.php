<?php

declare(strict_types=1);

namespace Bitrix\Sale;

class PropertyCollection
{
    /** @param array<string, string> $values by code */
    public function __construct(private array $values)
    {
    }

    public function getUserEmail(): ?object
    {
        return $this->getItemByOrderPropertyCode('EMAIL');
    }

    public function getPhone(): ?object
    {
        return $this->getItemByOrderPropertyCode('PHONE');
    }

    public function getPayerName(): ?object
    {
        return $this->getItemByOrderPropertyCode('FIO');
    }

    public function getItemByOrderPropertyCode(string $code): ?object
    {
        if (!isset($this->values[$code])) {
            return null;
        }

        return new class ($this->values[$code]) {
            public function __construct(private readonly string $value)
            {
            }

            public function getValue(): string
            {
                return $this->value;
            }
        };
    }

    public function all(): array
    {
        return $this->values;
    }
}

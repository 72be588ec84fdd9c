<?php

declare(strict_types=1);

namespace Bitrix\Main\Type;

class Date
{
    protected \DateTime $value;

    public function __construct(?string $date = null)
    {
        $this->value = new \DateTime($date ?? 'now');
    }

    public static function createFromTimestamp(int $timestamp): static
    {
        $date = new static();
        $date->value->setTimestamp($timestamp);

        return $date;
    }

    public function getTimestamp(): int
    {
        return $this->value->getTimestamp();
    }

    public function format(string $format): string
    {
        return $this->value->format($format);
    }
}

<?php

declare(strict_types=1);

namespace Bitrix\Main\DB;

/** Rows with names in capitals and values as text, as both drivers of Bitrix hand them out. */
class Result
{
    /** @param list<array<string, mixed>> $rows */
    public function __construct(private array $rows)
    {
    }

    public function fetch(): array|false
    {
        return array_shift($this->rows) ?? false;
    }

    public function fetchAll(): array
    {
        [$rows, $this->rows] = [$this->rows, []];

        return $rows;
    }
}

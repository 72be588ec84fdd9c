<?php

declare(strict_types=1);

namespace Bitrix\Main\DB;

use Bitrix\Main\Type\Date;

class SqlHelper
{
    public function __construct(private readonly Connection $connection)
    {
    }

    public function forSql(mixed $value, int $length = 0): string
    {
        return $this->connection->escape((string)$value);
    }

    public function convertToDbDateTime(Date $value): string
    {
        return "'" . $value->format('Y-m-d H:i:s') . "'";
    }
}

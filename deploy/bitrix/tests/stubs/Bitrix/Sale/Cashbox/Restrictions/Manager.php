<?php

declare(strict_types=1);

namespace Bitrix\Sale\Cashbox\Restrictions;

use Bitrix\Main\Application;

class Manager
{
    public static function getRestrictionsList(int $id): array
    {
        $rows = Application::getConnection()->query(
            "SELECT CLASS_NAME AS CLASS_NAME, PARAMS AS PARAMS FROM b_sale_service_rstr WHERE SERVICE_ID = $id"
        )->fetchAll();

        return array_map(
            static fn (array $row) => ['PARAMS' => json_decode($row['PARAMS'], true)] + $row,
            $rows
        );
    }
}

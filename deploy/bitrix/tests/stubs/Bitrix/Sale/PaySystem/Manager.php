<?php

declare(strict_types=1);

namespace Bitrix\Sale\PaySystem;

use Bitrix\Main\ORM\Data\DataManager;

class Manager extends DataManager
{
    public static function getTableName(): string
    {
        return 'b_sale_pay_system_action';
    }
}

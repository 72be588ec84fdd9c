<?php

declare(strict_types=1);

namespace Bitrix\Sale\Cashbox\Internals;

use Bitrix\Main\ORM\Data\DataManager;

class CashboxTable extends DataManager
{
    public static function getTableName(): string
    {
        return 'b_sale_cashbox';
    }
}

<?php

declare(strict_types=1);

namespace Bitrix\Sale\Internals;

use Bitrix\Main\ORM\Data\DataManager;

class OrderPropsGroupTable extends DataManager
{
    public static function getTableName(): string
    {
        return 'b_sale_order_props_group';
    }
}

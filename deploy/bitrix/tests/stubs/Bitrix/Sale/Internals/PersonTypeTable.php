<?php

declare(strict_types=1);

namespace Bitrix\Sale\Internals;

use Bitrix\Main\ORM\Data\DataManager;

class PersonTypeTable extends DataManager
{
    public static function getTableName(): string
    {
        return 'b_sale_person_type';
    }
}

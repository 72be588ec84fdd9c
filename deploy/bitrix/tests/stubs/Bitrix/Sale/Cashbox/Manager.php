<?php

declare(strict_types=1);

namespace Bitrix\Sale\Cashbox;

use Bitrix\Sale\Cashbox\Internals\CashboxTable;

class Manager
{
    public static function getObjectById(int $id): ?Cashbox
    {
        $row = CashboxTable::getList(['filter' => ['=ID' => $id]])->fetch();

        return $row ? Cashbox::create($row) : null;
    }
}

<?php

declare(strict_types=1);

namespace Fiscal\Relay\Setup;

use Bitrix\Sale\Cashbox\Internals\CashboxTable;
use Fiscal\Relay\Cashbox\RelayCashbox;

/** Cash registers of Bitrix that print through this module. */
final class Registers
{
    /** @return list<int> */
    public static function ids(): array
    {
        $rows = CashboxTable::getList([
            'select' => ['ID'],
            'filter' => ['=HANDLER' => ['\\' . RelayCashbox::class, RelayCashbox::class]],
        ])->fetchAll();

        return array_map('intval', array_column($rows, 'ID'));
    }

    /** Switches them off: without the module's class Bitrix could not print with them. */
    public static function retire(): void
    {
        foreach (self::ids() as $id) {
            CashboxTable::update($id, ['ACTIVE' => 'N']);
        }
    }
}

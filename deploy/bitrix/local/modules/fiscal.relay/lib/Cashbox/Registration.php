<?php

declare(strict_types=1);

namespace Fiscal\Relay\Cashbox;

use Bitrix\Main\EventResult;
use Fiscal\Relay\Module;

final class Registration
{
    /** sale:OnGetCustomCashboxHandlers */
    public static function onGetCustomCashboxHandlers(): EventResult
    {
        return new EventResult(
            EventResult::SUCCESS,
            ['\\' . RelayCashbox::class => Module::path() . '/lib/Cashbox/RelayCashbox.php']
        );
    }
}

<?php

declare(strict_types=1);

namespace Bitrix\Sale\Cashbox;

interface IPrintImmediately
{
    public function printImmediately(Check $check);
}

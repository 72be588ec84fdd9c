<?php

declare(strict_types=1);

namespace Bitrix\Sale\Cashbox;

interface ICheckable
{
    public function check(Check $check);
}

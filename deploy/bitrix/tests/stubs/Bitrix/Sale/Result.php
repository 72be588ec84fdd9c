<?php

declare(strict_types=1);

namespace Bitrix\Sale;

class Result extends \Bitrix\Main\Result
{
}

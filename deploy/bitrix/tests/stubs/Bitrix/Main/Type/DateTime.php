<?php

declare(strict_types=1);

namespace Bitrix\Main\Type;

class DateTime extends Date
{
}

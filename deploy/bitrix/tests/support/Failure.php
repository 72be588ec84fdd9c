<?php

declare(strict_types=1);

namespace Fiscal\Tests;

final class Failure extends \Exception
{
}
